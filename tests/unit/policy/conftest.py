import shutil
from pathlib import Path

import pytest

from hub.policy.sources import policies_directory


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """A copy of the hub's own policies, to be spoilt."""
    return Path(shutil.copytree(policies_directory(), tmp_path / "policies"))
