"""The type stubs name what the compiled module has: functions, classes, methods, parameters and defaults."""

import ast
import inspect
from pathlib import Path

import losscape_kernel
from losscape_kernel import _kernel


def parameters_of(node):
    args = node.args
    positional = [a.arg for a in args.posonlyargs + args.args]
    named = [a.arg for a in args.kwonlyargs]
    defaults = dict(zip(reversed(positional), reversed([ast.literal_eval(d) for d in args.defaults])))
    defaults |= {n: ast.literal_eval(d) for n, d in zip(named, args.kw_defaults) if d is not None}
    return positional, named, args.kwarg.arg if args.kwarg else None, defaults


def parameters_in(value):
    kinds = inspect.Parameter
    positional, named, rest, defaults = [], [], None, {}
    for name, p in inspect.signature(value).parameters.items():
        if p.kind == kinds.VAR_KEYWORD:
            rest = name
        else:
            (named if p.kind == kinds.KEYWORD_ONLY else positional).append(name)
        if p.default is not kinds.empty:
            defaults[name] = p.default
    return positional, named, rest, defaults


def public(module_or_class):
    return {name for name in vars(module_or_class) if not name.startswith("_")}


def test_stubs_and_module_agree():
    stub = ast.parse((Path(losscape_kernel.__file__).parent / "_kernel.pyi").read_text())
    functions = {n.name: n for n in stub.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")}
    classes = {n.name: n for n in stub.body if isinstance(n, ast.ClassDef)}
    constants = {n.target.id for n in stub.body if isinstance(n, ast.AnnAssign)}
    assert public(_kernel) == set(functions) | set(classes) | constants
    for name, node in functions.items():
        assert parameters_of(node) == parameters_in(getattr(_kernel, name)), name
    for name, node in classes.items():
        own, methods = getattr(_kernel, name), {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}
        assert public(own) == {method for method in methods if not method.startswith("_")}, name
        for method, stubbed in methods.items():
            is_property = any(isinstance(d, ast.Name) and d.id == "property" for d in stubbed.decorator_list)
            if method.startswith("_") and method != "__init__" or is_property:
                continue
            value = own if method == "__init__" else getattr(own, method)
            positional, *rest = parameters_of(stubbed)
            found, *found_rest = parameters_in(value)
            strip = [p for p in positional if p != "self"]
            assert (strip, *rest) == ([p for p in found if p != "self"], *found_rest), f"{name}.{method}"


def test_everything_is_exported():
    assert set(losscape_kernel.__all__) <= set(dir(losscape_kernel))
    assert public(_kernel) - {"VERSION"} <= set(losscape_kernel.__all__)
