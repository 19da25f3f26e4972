"""AliExpress seen as the things one can do there."""
