"""Networks and places: the catalogue, and finding their names in text of any script."""

from news.names.candidates import NetworkCandidate, network_candidates
from news.names.catalogue import Network, Place, network, networks, place
from news.names.matching import find_names

__all__ = [
    "Network",
    "NetworkCandidate",
    "Place",
    "find_names",
    "network",
    "network_candidates",
    "networks",
    "place",
]
