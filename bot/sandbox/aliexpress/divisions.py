"""The provinces and cities that the stand-in's address forms offer; every list of cities ends with Other."""

OTHER = "Other"

COUNTRIES = {
    "US": ("United States", "+1"),
    "VN": ("Vietnam", "+84"),
    "SA": ("Saudi Arabia", "+966"),
    "FR": ("France", "+33"),
    "BR": ("Brazil", "+55"),
    "JP": ("Japan", "+81"),
    "KW": ("Kuwait", "+965"),
    "DE": ("Germany", "+49"),
    "GB": ("United Kingdom", "+44"),
    "KR": ("Korea", "+82"),
    "CL": ("Chile", "+56"),
}

_US = {
    "Alabama": "Birmingham, Huntsville, Montgomery", "Alaska": "Anchorage", "Arizona": "Phoenix, Tucson",
    "Arkansas": "Little Rock", "California": "Los Angeles, Sacramento, San Francisco", "Colorado": "Denver",
    "Connecticut": "Hartford", "Delaware": "Dover, Wilmington", "District of Columbia": "Washington",
    "Florida": "Miami, Orlando, Tampa", "Georgia": "Atlanta", "Hawaii": "Honolulu", "Idaho": "Boise",
    "Illinois": "Chicago, Springfield", "Indiana": "Indianapolis", "Iowa": "Des Moines", "Kansas": "Wichita",
    "Kentucky": "Louisville", "Louisiana": "New Orleans", "Maine": "Portland", "Maryland": "Baltimore",
    "Massachusetts": "Boston", "Michigan": "Detroit", "Minnesota": "Minneapolis", "Mississippi": "Jackson",
    "Missouri": "Kansas City, St. Louis", "Montana": "Billings", "Nebraska": "Omaha", "Nevada": "Las Vegas",
    "New Hampshire": "Manchester", "New Jersey": "Newark", "New Mexico": "Albuquerque",
    "New York": "Albany, Buffalo, New York", "North Carolina": "Charlotte, Raleigh", "North Dakota": "Fargo",
    "Ohio": "Cleveland, Columbus", "Oklahoma": "Tulsa", "Oregon": "Beaverton, Eugene, Portland, Salem",
    "Pennsylvania": "Philadelphia, Pittsburgh", "Rhode Island": "Providence", "South Carolina": "Charleston",
    "South Dakota": "Sioux Falls", "Tennessee": "Memphis, Nashville", "Texas": "Austin, Dallas, Houston",
    "Utah": "Salt Lake City", "Vermont": "Burlington", "Virginia": "Richmond", "Washington": "Seattle, Spokane",
    "West Virginia": "Charleston", "Wisconsin": "Madison, Milwaukee", "Wyoming": "Cheyenne",
}  # fmt: skip
_CITIES = {
    "US": _US,
    "VN": {
        "Da Nang": "Hai Chau, Thanh Khe",
        "Ha Noi": "Ba Dinh, Hoan Kiem, Tay Ho",
        "Ho Chi Minh": "District 1, District 3, Thu Duc",
    },
    "SA": {"Ar Riyad": "Riyadh", "Makkah Al Mukarramah": "Jeddah, Makkah"},
    "FR": {"Auvergne-Rhone-Alpes": "Grenoble, Lyon", "Ile-de-France": "Paris, Versailles"},
    "BR": {"Rio de Janeiro": "Niteroi, Rio de Janeiro", "Sao Paulo": "Campinas, Santos, Sao Paulo"},
    "JP": {"Osaka": "Osaka Shi", "Tokyo": "Shibuya Ku, Shinjuku Ku"},
    "KW": {"Al Asimah": "Kuwait City, Sharq", "Hawalli": "Hawalli, Salmiya"},
    "DE": {"Bayern": "Muenchen, Nuernberg", "Berlin": "Berlin"},
    "GB": {"England": "London, Manchester", "Scotland": "Edinburgh, Glasgow"},
    "KR": {"Busan": "Haeundae-gu", "Seoul": "Gangnam-gu, Jongno-gu"},
    "CL": {"Metropolitana de Santiago": "Providencia, Santiago", "Valparaiso": "Valparaiso"},
}


def provinces(country: str) -> list[str]:
    """What the form offers for a country; the United States alone have no Other."""
    names = list(_CITIES.get(country, {}))
    return names if country == "US" else [*names, OTHER]


def cities(country: str, province: str) -> list[str]:
    """What the form offers for a province of a country, Other last."""
    named = _CITIES.get(country, {}).get(province, "")
    return [*filter(None, named.split(", ")), OTHER]
