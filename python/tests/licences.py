"""Lists the licences of what the package needs and offers to use, as installed here; fails if one asks for more than to be named."""

import re
import sys
from importlib.metadata import distributions


def licence(package):
    """An expression of SPDX where there is one, else what the classifiers say, else the first line of the text."""
    said = package.metadata
    classifiers = [line.split(" :: ")[-1] for line in said.get_all("Classifier") or [] if line.startswith("License")]
    return said.get("License-Expression") or ", ".join(classifiers) or (said.get("License") or "").split("\n")[0]


def main():
    found = {package.metadata["Name"]: (package.version, licence(package)) for package in distributions()}
    bad = []
    for name in sorted(found, key=str.lower):
        version, said = found[name]
        print(f"{name} {version}|{said}")
        if not said or re.search(r"(?<!L)GPL|Affero|proprietary|commercial", said, re.I):
            bad.append(name)
    for name in bad:
        print(f"a licence that is not known to be harmless: {name}", file=sys.stderr)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
