"""Names of states and provinces by their codes, for the countries whose stores write codes (ISO 3166-2)."""

_US = """AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware
DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas
KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri
MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina
ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota
TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming
PR Puerto Rico|GU Guam|AS American Samoa|VI Virgin Islands|MP Northern Mariana Islands|AA Armed Forces Americas
AE Armed Forces Europe|AP Armed Forces Pacific"""
_CA = """AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia
NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon"""
_AU = """ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory|QLD Queensland
SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia"""
_BR = """AC Acre|AL Alagoas|AP Amapa|AM Amazonas|BA Bahia|CE Ceara|DF Distrito Federal|ES Espirito Santo|GO Goias
MA Maranhao|MT Mato Grosso|MS Mato Grosso do Sul|MG Minas Gerais|PA Para|PB Paraiba|PR Parana|PE Pernambuco|PI Piaui
RJ Rio de Janeiro|RN Rio Grande do Norte|RS Rio Grande do Sul|RO Rondonia|RR Roraima|SC Santa Catarina|SP Sao Paulo
SE Sergipe|TO Tocantins"""
_MX = """AGS Aguascalientes|BC Baja California|BCS Baja California Sur|CAMP Campeche|CHIS Chiapas|CHIH Chihuahua
DF Ciudad de Mexico|CDMX Ciudad de Mexico|COAH Coahuila|COL Colima|DGO Durango|GTO Guanajuato|GRO Guerrero
HGO Hidalgo|JAL Jalisco|MEX Estado de Mexico|MICH Michoacan|MOR Morelos|NAY Nayarit|NL Nuevo Leon|OAX Oaxaca
PUE Puebla|QRO Queretaro|QROO Quintana Roo|SLP San Luis Potosi|SIN Sinaloa|SON Sonora|TAB Tabasco|TAMPS Tamaulipas
TLAX Tlaxcala|VER Veracruz|YUC Yucatan|ZAC Zacatecas"""
_ES = """C A Coruna|VI Alava|AB Albacete|A Alicante|AL Almeria|O Asturias|AV Avila|BA Badajoz|PM Balears|B Barcelona
BI Vizcaya|BU Burgos|CC Caceres|CA Cadiz|S Cantabria|CS Castellon|CE Ceuta|CR Ciudad Real|CO Cordoba|CU Cuenca
SS Guipuzcoa|GI Girona|GR Granada|GU Guadalajara|H Huelva|HU Huesca|J Jaen|LO La Rioja|GC Las Palmas|LE Leon
L Lleida|LU Lugo|M Madrid|MA Malaga|ML Melilla|MU Murcia|NA Navarra|OR Ourense|P Palencia|PO Pontevedra|SA Salamanca
TF Santa Cruz de Tenerife|SG Segovia|SE Sevilla|SO Soria|T Tarragona|TE Teruel|TO Toledo|V Valencia|VA Valladolid
ZA Zamora|Z Zaragoza"""
_IT = """AG Agrigento|AL Alessandria|AN Ancona|AO Aosta|AR Arezzo|AP Ascoli Piceno|AT Asti|AV Avellino|BA Bari
BT Barletta-Andria-Trani|BL Belluno|BN Benevento|BG Bergamo|BI Biella|BO Bologna|BZ Bolzano|BS Brescia|BR Brindisi
CA Cagliari|CL Caltanissetta|CB Campobasso|CE Caserta|CT Catania|CZ Catanzaro|CH Chieti|CO Como|CS Cosenza
CR Cremona|KR Crotone|CN Cuneo|EN Enna|FM Fermo|FE Ferrara|FI Firenze|FG Foggia|FC Forli-Cesena|FR Frosinone
GE Genova|GO Gorizia|GR Grosseto|IM Imperia|IS Isernia|AQ L'Aquila|SP La Spezia|LT Latina|LE Lecce|LC Lecco
LI Livorno|LO Lodi|LU Lucca|MC Macerata|MN Mantova|MS Massa-Carrara|MT Matera|ME Messina|MI Milano|MO Modena
MB Monza e Brianza|NA Napoli|NO Novara|NU Nuoro|OR Oristano|PD Padova|PA Palermo|PR Parma|PV Pavia|PG Perugia
PU Pesaro e Urbino|PE Pescara|PC Piacenza|PI Pisa|PT Pistoia|PN Pordenone|PZ Potenza|PO Prato|RG Ragusa|RA Ravenna
RC Reggio Calabria|RE Reggio Emilia|RI Rieti|RN Rimini|RM Roma|RO Rovigo|SA Salerno|SS Sassari|SV Savona|SI Siena
SR Siracusa|SO Sondrio|SU Sud Sardegna|TA Taranto|TE Teramo|TR Terni|TO Torino|TP Trapani|TN Trento|TV Treviso
TS Trieste|UD Udine|VA Varese|VE Venezia|VB Verbano-Cusio-Ossola|VC Vercelli|VR Verona|VV Vibo Valentia|VI Vicenza
VT Viterbo"""
_AE = """AZ Abu Dhabi|AJ Ajman|DU Dubai|FU Fujairah|RK Ras al-Khaimah|SH Sharjah|UQ Umm al-Quwain"""


def _table(text: str) -> dict[str, str]:
    rows = (entry.strip() for line in text.splitlines() for entry in line.split("|"))
    return {code: name for code, _, name in (row.partition(" ") for row in rows)}


NAMES_BY_CODE = {
    "US": _table(_US),
    "CA": _table(_CA),
    "AU": _table(_AU),
    "BR": _table(_BR),
    "MX": _table(_MX),
    "ES": _table(_ES),
    "IT": _table(_IT),
    "AE": _table(_AE),
}
