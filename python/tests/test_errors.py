import pickle

import pytest

import plstm


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (plstm.ShapeError, ValueError),
        (plstm.GraphError, ValueError),
        (plstm.ConfigError, ValueError),
        (plstm.FileError, OSError),
        (plstm.MoleculeError, ValueError),
        (plstm.TrainingError, RuntimeError),
        (plstm.StoppedError, RuntimeError),
    ],
)
def test_errors_are_those_of_python_too(error, builtin):
    assert issubclass(error, plstm.Error)
    assert issubclass(error, builtin)
    again = pickle.loads(pickle.dumps(error("text")))
    assert type(again) is error
    assert str(again) == "text"


def test_the_library_says_what_is_wrong(tmp_path):
    with pytest.raises(plstm.FileError, match="none.safetensors"):
        plstm.MoleculeRegressor.load(tmp_path / "none.safetensors")
    (tmp_path / "bad.safetensors").write_bytes(b"no model")
    with pytest.raises(plstm.FileError, match="bad.safetensors"):
        plstm.load(tmp_path / "bad.safetensors")
    with pytest.raises(plstm.FileError):
        plstm.load(tmp_path)  # a folder without a run
