"""Every example in a docstring runs and is right; every public name has a docstring."""

import doctest
import inspect

import pytest

import losscape_kernel
from losscape_kernel import _kernel, cli, lab, plots, results, store, sweep, torch


def documented():
    for module in (losscape_kernel, lab, store, sweep, plots, torch, cli, results):
        yield module.__name__, module
    for name, value in vars(_kernel).items():
        if name.startswith("_") or not callable(value):
            continue
        yield name, value
        if inspect.isclass(value):
            for method, own in vars(value).items():
                if not method.startswith("_") and getattr(own, "__doc__", None) is not None:
                    yield f"{name}.{method}", own
    for module in (lab, store, sweep, plots, torch):
        for name in module.__all__:
            if callable(getattr(module, name)):
                yield f"{module.__name__}.{name}", getattr(module, name)


ITEMS = dict(documented())


@pytest.mark.parametrize("name", ITEMS)
def test_examples(name):
    item = ITEMS[name]
    assert (item.__doc__ or "").strip(), "no docstring"
    module = inspect.getmodule(item)
    names = dict(vars(module)) if name.startswith("losscape_kernel.") and module else {}
    test = doctest.DocTestParser().get_doctest(item.__doc__, names, name, None, 0)
    runner = doctest.DocTestRunner()
    report = []
    runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_there_are_examples():
    assert sum(">>>" in (item.__doc__ or "") for item in ITEMS.values()) > 30
