"""The house stands: its packages are its own, and every one of them is on the stairs."""

import tomllib
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def test_the_top_level_folders_are_the_packages():
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert folders == set(PACKAGES)


def test_no_other_distribution_owns_one_of_their_names():
    owners = packages_distributions()
    for package in PACKAGES:
        assert set(owners.get(package, ["jarchi"])) == {"jarchi"}


def test_no_other_distribution_installs_files_under_one_of_their_names():
    for distribution in distributions():
        if distribution.name == "jarchi":
            continue
        tops = {Path(str(file)).parts[0] for file in distribution.files or ()}
        assert not tops & {*PACKAGES, *(f"{package}.py" for package in PACKAGES)}, distribution.name


def test_every_package_stands_on_the_stairs():
    contracts = PROJECT["tool"]["importlinter"]
    assert set(contracts["root_packages"]) == set(PACKAGES)
    layers = " ".join(contracts["contracts"][0]["layers"])
    named = {word.partition(".")[0] for word in layers.replace("|", " ").replace(":", " ").split()}
    assert named | {"samples"} == set(PACKAGES)
    assert set(PROJECT["tool"]["mypy"]["packages"]) == set(PACKAGES)


def test_the_lock_file_has_hashes_and_no_index_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    pinned = {line.partition("==")[0] for line in lock.splitlines() if line[:1].isalnum()}
    wanted = [*PROJECT["project"]["dependencies"]]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        wanted += extra
    names = {requirement.partition(">")[0].partition("[")[0].replace("_", "-").lower() for requirement in wanted}
    assert names <= pinned
