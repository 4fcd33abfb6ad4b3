"""How fast the archive is searched, on a generated archive with the proportions of news."""
