"""The optional compiled extension; everything else stands in pyproject.toml.

Without a C compiler the build goes on and the package runs on numpy alone. On CPython with a GIL the extension keeps
to the limited API, so one wheel a platform serves Python 3.11 and later.
"""

import platform
import sysconfig

from setuptools import Extension, setup

limited = platform.python_implementation() == "CPython" and not sysconfig.get_config_var("Py_GIL_DISABLED")

setup(
    ext_modules=[
        Extension(
            "translit._native",
            sources=["translit/_native.c"],
            define_macros=[("Py_LIMITED_API", "0x030B0000")] if limited else [],
            py_limited_api=limited,
            optional=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if limited else {},
)
