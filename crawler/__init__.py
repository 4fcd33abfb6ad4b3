"""The Scrapy project: the base spider, the roads to news, what every request and page passes through."""
