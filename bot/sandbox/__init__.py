"""A stand-in AliExpress and a stand-in ShopBase on loopback, for the demo and for tests."""
