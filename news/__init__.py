"""The ground floor: the words every room speaks, without network, database or Scrapy."""
