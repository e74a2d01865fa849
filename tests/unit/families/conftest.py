from __future__ import annotations

from tests.unit.families import family_samples

pytest_generate_tests = family_samples.parametrize
