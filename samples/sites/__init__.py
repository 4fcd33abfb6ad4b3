"""One module for each sample site."""

from collections.abc import Mapping

from samples.sites.aggregator_fa import AggregatorFa
from samples.sites.base import Site
from samples.sites.municipality_fa import MunicipalityFa
from samples.sites.network_ar import NetworkAr
from samples.sites.network_en_tr import NetworkEnTr
from samples.sites.profile_fa import ProfileFa

__all__ = ["SITE_TYPES", "Site"]

#: The sites by their keys, in the order in which they are served and listed.
SITE_TYPES: Mapping[str, type[Site]] = {
    site.key: site for site in (NetworkAr, MunicipalityFa, AggregatorFa, ProfileFa, NetworkEnTr)
}
