"""What one AliExpress page says: read from its data calls, and from its drawn form."""
