"""What in answers and pages is somebody's, what everyone may see, and where; everything else is emptied."""

import re

# Where a page shows people, beside what the selectors name.
PEOPLE = (
    ".contact-info",
    '[class*="shippingTo" i]',
    '[class*="receiver" i]',
    '[class*="consignee" i]',
    '[class*="contact-info" i]',
    '[class*="address" i]',
    '[data-pl*="address" i]',
    '[class*="account" i]',
    '[class*="nick" i]',
    '[class*="user-name" i], [class*="userName" i], [class*="user-info" i], [class*="userInfo" i]',
    '[class*="logined" i]',
    "input:not([type=button]):not([type=submit]), textarea",
)
# Of these the most certain: what stands there is looked for everywhere else too.
SURELY_PEOPLE = (".contact-info", '[class*="shippingToInfo"]', '[class*="receiverInfo" i]', '[class*="logined-name" i]')
# Entries of the selector files: whose texts are people, and whose anybody's.
ENTRIES_OF_PEOPLE = frozenset({"address", "entry", "item", "chosen"})
ENTRIES_OF_ALL = frozenset(
    {
        *("card_store", "card_total", "card_refund", "line_title", "line_sku", "line_price", "line_quantity", "tab"),
        *("more_button", "store", "price_label", "price_value", "carrier", "title", "option", "notice", "ship", "row"),
        *("row_title", "row_value", "total", "button", "payment_chosen", "card_status", "status", "address_change"),
        *("address_new", "event_title", "number", "step"),
    }
)

# Names of fields, in small letters without "_" and "-".
EMPTIED = re.compile(
    r"token|secret|^sign$|signature|session|^s?sid$|cookie|csrf|passw|umid|finger|traceid|^utdid|deviceid|clientip|^ip$"
    r"|ipaddr|buyer(id|seq|admin|login|alias)|memberid|memberseq|userid|userseq|usernick|^uid$|havana|loginid|aliid"
    r"|accountid|accountname|^nick|avatar|portrait|birth|gender|passport|cpf|cnpj|^rut$|taxid|vatno|pccc|idcard|identity"
    r"|latitude|longitude|^lat$|^lng$|geohash|nataddr|clearance|cardno|cardnum|bankcard|paymentoutid|memo$|^note|remark|instruction|message$|leavemsg"
)
OF_PEOPLE = re.compile(
    r"contactname|contactperson|receiver|recipient|consignee|fullname|firstname|lastname|middlename|surname|^buyername"
    r"|username|addressvo|detailaddress|^address\d?$|addresslist|addressline|street|^city$|^province$|^state$|^region$"
    r"|regionaddress|^district|^county|^zip|postcode|postalcode|phone|mobile|^tel$|telephone|^e?mail$|emailaddr|useremail"
    r"|detailedlocation|shippingaddress|deliveryaddress|logisticsreceiverinfo"
)
NUMBERS = re.compile(r"^(trade)?orderid$|orderlineid|^(origin)?mailno$|trackingno|trackingnumber|^orderno|^orderids$")
PUBLIC = re.compile(
    r"^(product|item|object|sku|main)id$|^(selected)?skuidstr$|^skuattr$|^skuattrkeys$|^path$|^skuprop|^propertyvalueid"
    r"|^vid$|^skuid|^productid|^itemid|^idstr$|^customskupropids$"
)
TIMES = re.compile(r"time|date|^t$")

# Fields that may hold a text of any kind: what is sold, by whom, for how much, and what an order's state is called.
OF_ALL = re.compile(
    r"^(api|v|id|itemtitle|storename|sellername|statustext|orderdatetext|totalpricetext|itempricetext|formatpriceinfo"
    r"|ordercreattime|paytime|ordershiptime|orderendtime|paymentmethod|reminder|cpname|logisticscarriername|trackingname"
    r"|trackingprimarycode|trackingsecondcode|skuattr|skuattrkeys|path|skuproppath|skuproptertyids|skupropids|skuinfo"
    r"|skupropertyname|propertyvalue(display)?name|skupropertyvaluetips|subject|salepricestring|salepricelocal"
    r"|skupropertysendgoodscountrycode|deliveryprovidername|deliveryprovidercode|deliveryoptioncode|company"
    r"|shippingfee|shipfrom(code)?|shiptocode|displaycurrency|tracking|servicename|servicetitle|freightcost"
    r"|deliverytime|code|currencycode|currency|countrycode|ordermoney|skuattrdesc|formatedamount"
    r"|buttontext|tag|type|status|position|scriptkey|containertype|displaytype|size|operator|statustab|timeoption"
    r"|searchoption|rendertype|clientplatform|channel|shiptocountry|lang|timezone|terminaltype|protocolversion|mode"
    r"|root|country|phonecode|ordertatus|clienttype|sourcetype|unreachabletext|optiontext|parcelstatus)$"
)
# The same for names that mean many things: the last two of the path.
OF_ALL_UNDER = re.compile(
    r"(^|\.)(skuattrs\.(text|name)|detaillist\.title|pricedetails\.(title|value)|totalprice\.(title|value)"
    r"|producttitle\.text|title\.title|content\.content|retailprice\.\w+|statustablist\.(title|code)|buttons\.text"
    r"|buttonvolist\.text|detailorderstatusblock\.title|fields\.title|fields\.hasmoretext|data\.content|data\.title"
    r"|chosenchannel\.(text|code)|divisionlist\.name|divisionlist\.code|structure\.\w+|hierarchy\.component|price\.\w+"
    r"|extrafields\.(label|name))$"
)
PICTURES = re.compile(r"img|image|icon|picture|pic$|pathlist$|titleheaderimg")
LINKS = re.compile(r"url$|href$|link$|^src$")
# What may stand behind the "?" of an address.
ASKED = frozenset(
    {
        *("orderId", "tradeOrderId", "orderIds", "tab", "objectId", "skuId", "skuAttr", "quantity", "countryCode"),
        *("shippingCompany", "from", "aeOrderFrom", "skucustomAttr", "return_url"),
    }
)
SITE = re.compile(r"^(?:[a-z0-9-]+\.)*aliexpress\.(?:com|us)$")
OPEN_PATHS = re.compile(r"^/(?:item|i|iv|p|store|order|w|wholesale|h5|_____tmd_____)(?:/[\w.\-/]*)?$|^/?$")

# Attributes that stay; all others may hold anything.
ATTRIBUTES = frozenset(
    {
        *("id", "class", "href", "data-pl", "data-sku-col", "role", "type", "value", "checked", "selected", "hidden"),
        *("placeholder", "title", "alt", "aria-label", "for", "name", "label", "disabled", "readonly", "open", "src"),
        *("frame", "shadowrootmode", "colspan", "rowspan", "data-role", "data-id", "data-left-out", "srcdoc"),
    }
)
SPOKEN_ATTRIBUTES = frozenset({"value", "placeholder", "title", "alt", "aria-label", "label", "name", "data-id"})
NAME_ATTRIBUTES = frozenset({"id", "class", "for", "role", "type", "data-pl", "data-sku-col", "data-role"})


def short(name: str) -> str:
    """A field's name as it is compared here."""
    return re.sub(r"[_-]", "", name).lower()
