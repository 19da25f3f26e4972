"""The stand-in AliExpress: sign-in, order list, order detail and tracking, drawn by script from mtop-shaped answers."""
