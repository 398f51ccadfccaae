"""What is wrong with an installation is said in one plain line before anything is read or written."""

import shutil

import pytest

from hub.store.directory import Directory
from hub.store.sqlcipher import connect
from tests.factories import CIVIL_AFFAIRS, Installation, run_hub


def snapshot(installation):
    """Every file of a data directory and its keys, by name and content."""
    folders = (installation.path, installation.directory.keys)
    return {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def refuses(installation, *words, code=1):
    """Every command that opens the directory says so in one line and changes nothing."""
    before = snapshot(installation)
    for command in (("token", installation.path, CIVIL_AFFAIRS), ("serve", installation.path, "--port", "1")):
        done = run_hub(*command)
        assert done.returncode == code
        assert done.stdout == ""
        [line] = done.stderr.splitlines()
        assert line.startswith("hub: ")
        for word in words:
            assert str(word) in line
    assert snapshot(installation) == before


def alter(installation, *statements):
    """Change the store as somebody could who has its key."""
    db = connect(installation.directory.store, installation.ring)
    for statement in statements:
        db.execute(statement)
    db.close()


class TestCreating:
    @pytest.mark.parametrize("kept", ["hub.db", "keys.db", "hub.toml", "keys", "hub.db-wal", "keys.db-wal", "log.vkey"])
    def test_init_never_overwrites_what_is_left_of_an_installation(self, empty, kept):
        aside = empty.path.with_name("aside")
        empty.copy(aside)
        for path in (empty.path, empty.directory.keys):
            shutil.rmtree(path)
        if kept == "keys":
            shutil.copytree(Directory(aside).keys, empty.directory.keys)
        else:
            empty.path.mkdir()
            source = aside / kept
            (empty.path / kept).write_bytes(source.read_bytes() if source.exists() else b"left over")
        before = snapshot(empty)
        done = run_hub("init", empty.path, "--dev-issuer")
        assert done.returncode == 1
        assert "never overwrites" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert snapshot(empty) == before

    def test_init_refuses_a_whole_installation(self, empty):
        before = snapshot(empty)
        assert run_hub("init", empty.path).returncode == 1
        assert snapshot(empty) == before

    def test_init_takes_an_empty_directory(self, tmp_path):
        (tmp_path / "hub").mkdir(mode=0o755)
        assert run_hub("init", tmp_path / "hub").returncode == 0
        assert (tmp_path / "hub").stat().st_mode & 0o777 == 0o700

    def test_init_refuses_a_file(self, tmp_path):
        (tmp_path / "hub").write_text("x")
        done = run_hub("init", tmp_path / "hub")
        assert (done.returncode, done.stderr.splitlines()) == (1, [f"hub: {tmp_path / 'hub'} is not a directory"])
        assert [path.name for path in tmp_path.iterdir()] == ["hub"]

    @pytest.mark.parametrize("origin", ["a b", "a+b", "é\n"])
    def test_init_refuses_an_origin_that_cannot_name_a_log_and_leaves_nothing(self, tmp_path, origin):
        done = run_hub("init", tmp_path / "hub", "--origin", origin)
        assert done.returncode in {1, 2}
        assert len(done.stderr.splitlines()) == 1
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("origin", ["hub.example/339999", "hub.example/社区", 'x"y', "x\\y"])
    def test_init_names_the_log_as_told(self, tmp_path, origin):
        assert run_hub("init", tmp_path / "hub", "--dev-issuer", "--origin", origin).returncode == 0
        assert Directory(tmp_path / "hub").origin() == origin
        done = run_hub("token", tmp_path / "hub", CIVIL_AFFAIRS)
        assert (done.returncode, done.stderr) == (0, "")

    def test_keys_lie_beside_the_directory_and_are_their_owners_alone(self, tmp_path):
        run_hub("init", tmp_path / "hub", "--dev-issuer")
        keys = tmp_path / "hub.keys"
        assert keys.stat().st_mode & 0o777 == 0o700
        secrets = [keys / name for name in ("root.key", "keyring.json", "development.pem")]
        assert all(path.stat().st_mode & 0o777 == 0o600 for path in secrets)
        private = [path for path in (tmp_path / "hub").iterdir() if path.name != "log.vkey"]
        assert all(path.stat().st_mode & 0o077 == 0 for path in private)


class TestOpening:
    def test_what_was_never_initialised_is_not_invented(self, tmp_path):
        for command in (("token", tmp_path / "x", CIVIL_AFFAIRS), ("serve", tmp_path / "x")):
            done = run_hub(*command)
            assert done.returncode == 1
            assert "hub init" in done.stderr
            assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("name", ["hub.db", "keys.db", "hub.toml"])
    def test_a_missing_part_is_named_and_not_made_anew(self, installation, name):
        (installation.path / name).unlink()
        refuses(installation, name if name != "hub.toml" else "not a data directory")

    @pytest.mark.parametrize("name", ["root.key", "keyring.json"])
    def test_a_missing_key_is_named_and_not_made_anew(self, installation, name):
        (installation.directory.keys / name).unlink()
        refuses(installation, name)

    def test_missing_keys_are_named_and_not_made_anew(self, installation):
        installation.directory.keys.rename(installation.path.with_name("elsewhere"))
        done = run_hub("serve", installation.path)
        assert (done.returncode, "keys directory" in done.stderr) == (1, True)
        assert not installation.directory.keys.exists()

    def test_another_root_key_is_refused(self, installation):
        (installation.directory.keys / "root.key").write_text("ab" * 32)
        refuses(installation, "root key")

    def test_another_installations_keys_are_refused(self, installation, tmp_path):
        other = Installation.create(tmp_path / "other")
        shutil.rmtree(installation.directory.keys)
        shutil.copytree(other.directory.keys, installation.directory.keys)
        refuses(installation, "keys do not open", "hub.db")

    @pytest.mark.parametrize("name", ["root.key", "keyring.json", "development.pem", "."])
    def test_key_files_others_can_read_are_refused(self, installation, name):
        path = installation.directory.keys / name
        path.chmod(path.stat().st_mode | 0o040)
        refuses(installation, "chmod")

    @pytest.mark.parametrize("statement", ["DROP TABLE log_tree", "DROP TABLE log_entry", "DELETE FROM log_tree"])
    def test_a_missing_log_is_not_made_anew(self, installation, statement):
        alter(installation, statement)
        refuses(installation, "log")

    def test_a_log_that_lost_its_end_is_refused(self, installation):
        alter(installation, "DELETE FROM log_entry WHERE idx = (SELECT MAX(idx) FROM log_entry)")
        refuses(installation, "log")

    @pytest.mark.parametrize("version", [1, 99])
    @pytest.mark.parametrize("name", ["hub.db", "keys.db"])
    def test_another_schema_is_refused(self, installation, name, version):
        db = connect(installation.path / name, installation.ring)
        db.execute(f"PRAGMA user_version = {version}")
        db.close()
        refuses(installation, f"schema {version}", "run the hub that made it")

    def test_a_newer_directory_is_refused(self, installation):
        about = installation.path / "hub.toml"
        about.write_text(about.read_text().replace("format = 1", "format = 2"))
        refuses(installation, "format 2")

    @pytest.mark.parametrize("text", ["", "x", "format = 1", b"\xff"])
    def test_a_damaged_description_is_refused(self, installation, text):
        (installation.path / "hub.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
        refuses(installation, "damaged")

    def test_a_checkpoint_that_does_not_verify_is_refused(self, installation):
        path = installation.directory.checkpoint
        path.write_bytes(path.read_bytes().replace(b"\n", b"0\n", 2))
        refuses(installation, "checkpoint")

    @pytest.mark.parametrize("name", ["hub.db", "keys.db"])
    @pytest.mark.parametrize("content", [b"", b"not a database" * 400])
    def test_a_file_that_is_no_database_is_refused(self, installation, name, content):
        (installation.path / name).write_bytes(content)
        refuses(installation, name)
