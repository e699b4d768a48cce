"""Programs that use numpy and pandas, in a sandbox that was given these packages."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

from collections.abc import Iterator

import pytest

from egcfg_sandbox import CodeTest, Limits, Program, Sandbox, Verdict

pytest.importorskip("numpy")
LIMITS = Limits(wall_s=20.0, cpu_s=20.0, memory_bytes=1 << 30)


@pytest.fixture(scope="module")
def with_packages() -> Iterator[Sandbox]:
    with Sandbox(workers=1, packages=True) as made:
        yield made


def _judge(sandbox: Sandbox, source: str, test: str) -> tuple[Verdict, str | None]:
    row = sandbox.run(Program(source, (CodeTest(test),), trace=True, limits=LIMITS)).results[0]
    return row.status, row.error


def test_arrays_are_compared_as_arrays(with_packages: Sandbox) -> None:
    source = "import numpy as np\ndef f(x): return np.asarray(x) * 2"
    test = "import numpy as np\nassert (f(np.array([[1, 2]])) == np.array([[2, 4]])).all()\nassert f([1]).dtype.kind == 'i' and f([1.5])[0] == 3"
    assert _judge(with_packages, source, test) == (Verdict.PASSED, None)


def test_tables_are_compared_by_their_own_functions(with_packages: Sandbox) -> None:
    pytest.importorskip("pandas")
    source = "import pandas as pd\ndef f(df): return df.assign(b=df['a'] * 2)"
    test = """
import pandas as pd
df = pd.DataFrame({"a": [1, 2], "t": pd.to_datetime(["2020-01-01", None])}, index=["r", "q"])
pd.testing.assert_frame_equal(f(df), df.assign(b=df["a"] * 2))
"""
    assert _judge(with_packages, source, test) == (Verdict.PASSED, None)


def test_numbers_of_arrays_are_plain_numbers_to_a_guarded_test(with_packages: Sandbox) -> None:
    source = "import numpy as np\ndef f(x):\n    a = np.array(x)\n    return a.mean(), a.argmax(), a"
    test = "m, i, a = f([1, 5])\nassert (m, i) == (3.0, 1) and [10, 20][i] == 20 and list(a) == [1, 5]"
    assert _judge(with_packages, source, test) == (Verdict.PASSED, None)


def test_a_plot_is_drawn_whoever_imports_the_library(with_packages: Sandbox) -> None:
    pytest.importorskip("matplotlib")
    source = "import matplotlib.pyplot as plt\ndef f(x): return len(plt.subplots()[1].plot(x)[0].get_xdata())"
    assert _judge(with_packages, source, "assert f([4, 5, 6]) == 3") == (Verdict.PASSED, None)


def test_a_model_is_fitted(with_packages: Sandbox) -> None:
    pytest.importorskip("sklearn")
    source = (
        "from sklearn.cluster import KMeans\ndef f(x): return len(set(KMeans(2, n_init=1).fit(x).labels_))"
    )
    assert _judge(with_packages, source, "assert f([[0], [1], [9]]) == 2") == (Verdict.PASSED, None)


def test_without_packages_there_are_none(sandbox: Sandbox) -> None:
    verdict, error = _judge(sandbox, "import numpy\ndef f(x): return 2", "assert f(1) == 2")
    assert (verdict, error) == (Verdict.ERROR, "ModuleNotFoundError: No module named 'numpy' (line 1)")
