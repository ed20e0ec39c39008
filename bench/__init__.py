"""How fast the site is, beside the stock way to build one and beside its peers."""
