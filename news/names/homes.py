"""Where the languages are at home."""

from __future__ import annotations

from collections.abc import Mapping

#: The countries that a language's own names of cities most often mean.
HOME: Mapping[str, frozenset[str]] = {
    "fa": frozenset({"IR"}), "tr": frozenset({"TR"}), "fr": frozenset({"FR"}), "de": frozenset({"DE", "AT", "CH"}), "ru": frozenset({"RU"}), "it": frozenset({"IT"}), "pt": frozenset({"PT", "BR"}),
    "en": frozenset({"GB", "US", "CA", "AU", "NZ", "IE"}), "az": frozenset({"AZ"}), "ku": frozenset({"TR", "IQ", "SY", "IR"}), "id": frozenset({"ID"}), "zh": frozenset({"CN", "TW", "HK", "MO"}), "ja": frozenset({"JP"}),
    "ar": frozenset({"SA", "EG", "IQ", "SY", "LB", "JO", "PS", "MA", "DZ", "TN", "LY", "SD", "YE", "AE", "QA", "BH", "KW", "OM"}),
    "es": frozenset({"ES", "MX", "AR", "CO", "CL", "PE", "VE", "EC", "BO", "UY", "PY", "CR", "PA", "GT", "HN", "SV", "NI", "CU", "DO"}),
}  # fmt: skip
