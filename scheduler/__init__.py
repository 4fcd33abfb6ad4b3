"""The clock, the executors and the service."""
