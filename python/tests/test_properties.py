"""No wrong type, shape, layout or order of arguments crashes: an error of Python is raised, or there is a result."""

import faulthandler

import numpy as np
import pytest

import plstm
from plstm import _plstm

hypothesis = pytest.importorskip("hypothesis")

from conftest import QUICK, SMILES, make_graph  # noqa: E402
from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from hypothesis.extra import numpy as hnp  # noqa: E402

faulthandler.enable()

# What is raised for a mistake of the caller; anything else is a defect.
MISTAKES = (plstm.Error, TypeError, ValueError, IndexError, OverflowError, MemoryError, UnicodeError)

many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

dtypes = st.sampled_from(
    [
        "b1",
        "i1",
        "u1",
        "i2",
        "i4",
        "u4",
        "i8",
        "u8",
        "f2",
        "f4",
        "f8",
        "c8",
        "c16",
        "O",
        "S3",
        "U2",
        "M8[s]",
        "m8[s]",
        ">i4",
        ">f8",
    ]
)


@st.composite
def arrays(draw, max_dims=4):
    """Arrays of any type, shape and layout; some are read-only, some have strides that are negative or 0."""
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=max_dims, min_side=0, max_side=5))
    dtype = np.dtype(draw(dtypes))
    size = int(np.prod(shape))
    values = draw(st.lists(st.integers(-3, 6), min_size=size, max_size=size))
    with np.errstate(all="ignore"):
        array = np.array(values, dtype=np.int64).reshape(shape).astype(dtype)
    if array.ndim > 0:
        layout = draw(st.sampled_from(["plain", "fortran", "backwards", "every second", "broadcast"]))
        if layout == "fortran":
            array = np.asfortranarray(array)
        elif layout == "backwards":
            array = array[::-1]
        elif layout == "every second":
            array = np.repeat(array, 2, axis=-1)[..., ::2]
        elif layout == "broadcast":
            array = np.broadcast_to(array, (2, *array.shape))
    if draw(st.booleans()):
        array = array.view()
        array.flags.writeable = False
    return array


# Between them lie graphs of so many nodes that the tests would take long.
integers = st.one_of(st.integers(-5, 100), st.integers(min_value=2**26 + 100), st.integers(max_value=-(2**26)))
scalars = st.one_of(
    st.none(), st.booleans(), integers, st.floats(), st.complex_numbers(), st.text(max_size=5), st.binary(max_size=5),
    st.just(object()), st.just(len), st.just(plstm.Dag([(0, 1)])),
)  # fmt: skip
things = st.one_of(
    arrays(),
    scalars,
    st.lists(scalars, max_size=4),
    st.lists(st.lists(st.one_of(st.integers(-2, 5), st.floats(), st.text(max_size=2)), max_size=3), max_size=4),
    st.dictionaries(st.text(max_size=2), scalars, max_size=2),
    st.tuples(arrays(), scalars),
)


def attempt(call, *arguments, **named):
    """The result, or None if the call found a mistake."""
    try:
        return call(*arguments, **named)
    except MISTAKES:
        return None


@many
@given(things, st.one_of(st.none(), integers, things), st.booleans())
def test_dags(edges, num_nodes, parallel):
    dag = attempt(plstm.Dag, edges, num_nodes, parallel_edges=parallel)
    if dag is None or dag.num_nodes > 10**6:
        return
    assert dag.edges.shape == (dag.num_edges, 2)
    assert dag.num_edges == 0 or dag.edges.max() < dag.num_nodes
    line = dag.line_graph()
    assert sorted(line.levels().order) == list(range(dag.num_edges))
    assert line.multitree().num_edges <= line.num_edges
    attempt(plstm.Dag.orient, edges, num_nodes, by="dfs", parallel_edges=parallel)


@many
@given(things)
def test_indices(index):
    dag = plstm.Dag([(0, 1), (1, 2)])
    attempt(dag.in_edges, index)
    attempt(dag.out_edges, index)
    attempt(dag.line_graph().levels().__getitem__, index)


@many
@given(things, things, things, things, things)
def test_features(node_values, node_codes, edge_values, edge_codes, graph_values):
    dag = plstm.Dag([(0, 1), (0, 2), (1, 2)])
    for features in (
        {"node_values": node_values},
        {"node_codes": node_codes},
        {"edge_values": edge_values, "edge_codes": edge_codes},
        {"graph_values": graph_values},
    ):
        graph = attempt(plstm.Graph, dag, **features)
        if graph is not None:
            assert graph.node_values.shape[0] == graph.node_codes.shape[0] == 3


@many
@given(things)
def test_networkx_graphs(graph):
    attempt(plstm.Dag.from_networkx, graph)


@pytest.fixture(scope="module")
def classifier():
    return plstm.MoleculeClassifier(**QUICK).fit(SMILES, ["a", "b"] * 10)


@pytest.fixture(scope="module")
def graph_model():
    graphs = [make_graph(seed) for seed in range(12)]
    return plstm.GraphRegressor(**QUICK).fit(graphs, np.arange(12.0))


smiles_like = st.one_of(
    things,
    st.lists(
        st.one_of(st.sampled_from(SMILES), st.text(max_size=6), st.text("CNO()=#[]+-123@/\\%", max_size=12), scalars),
        max_size=4,
    ),
)


@many
@pytest.mark.filterwarnings("ignore::plstm.MoleculeWarning")
@given(smiles_like, things)
def test_molecules(regressor, classifier, smiles, other):
    predicted = attempt(regressor.predict, smiles)
    if predicted is not None:
        assert predicted.shape == (len(list(smiles)),)
    attempt(classifier.predict_proba, smiles)
    attempt(classifier.predict, smiles)
    attempt(regressor.predict_interval, smiles, other)
    attempt(regressor.fingerprint, smiles)
    attempt(regressor.explain, smiles, method=other)
    attempt(regressor.score, smiles, other)
    attempt(classifier.score, smiles, other)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.filterwarnings("ignore::plstm.MoleculeWarning")
@given(things, st.sampled_from(sorted(plstm.MoleculeClassifier().get_params())), st.booleans())
def test_targets_and_settings(value, name, of_target):
    """One setting or all targets are wrong; the rest is a training of a moment."""
    small = {"members": 1, "epochs": 1, "width": 8, "batch_size": 16}
    for estimator, y in ((plstm.MoleculeRegressor, np.arange(20.0)), (plstm.MoleculeClassifier, [0, 1] * 10)):
        if of_target:
            attempt(estimator(**small).fit, SMILES, value)
        elif name in estimator().get_params() and not too_much(value):
            attempt(estimator(**{**small, name: value}).fit, SMILES, y)


def too_much(value) -> bool:
    """Many networks, epochs or threads are no mistake, but take long."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value > 3


@many
@given(things, things)
def test_graph_estimators(graph_model, graphs, other):
    attempt(graph_model.predict, graphs)
    attempt(graph_model.predict_interval, [make_graph(0)], other)
    attempt(graph_model.score, [make_graph(0), make_graph(1)], other)
    for target in ("graph", "node", "edge"):
        model = plstm.GraphRegressor(members=1, epochs=1, width=8, target=target)
        attempt(model.fit, [make_graph(0), make_graph(1)], other)
    attempt(plstm.GraphRegressor(target=other).fit, [make_graph(0)], [1.0])


@many
@given(st.data())
def test_operators(data):
    graph = _plstm.OperatorGraph([plstm.Dag([(0, 1), (1, 2)])])
    shapes = [(2, 3, 2), (2, 3, 2), (2, 3, 1), (2, 2), (2, 1), (2, 2), (2, 3)]
    good = [np.ones(shape) for shape in [*shapes, (2, 3, 1)]]
    place = data.draw(st.integers(0, 7))
    bad = data.draw(things)
    attempt(graph.forward, *good[:place], bad, *good[place + 1 :])
    gradients = [np.zeros(shape) for shape in shapes]
    if place < 7:
        gradients[place] = bad
    attempt(graph.backward, *good, gradients)
    attempt(graph.backward, *good, bad)
    rows = [np.ones((1, 4, 2, *rest)) for rest in [(3, 1), (3, 1), (2, 1), (1, 1, 1), (1, 1), (1, 1, 1), (1, 1, 1, 1)]]
    output = np.zeros((1, 4, 2, 2, 1))
    _plstm.sequence_forward(rows, None, output, None)
    attempt(_plstm.sequence_forward, [*rows[:place], bad, *rows[place + 1 :]][:7], None, output, None)
    attempt(_plstm.sequence_forward, rows, bad, output, None)
    attempt(_plstm.sequence_forward, rows, None, output, bad)
    attempt(_plstm.sequence_backward, rows, None, output, None, bad, None)
    attempt(_plstm.grid_forward, bad, output)
    attempt(_plstm.grid_backward, bad, output, bad)


@many
@given(things, things)
def test_files(tmp_path_factory, path, content):
    for call in (plstm.load, plstm.MoleculeRegressor.load, plstm.GraphClassifier.load, plstm.MoleculePredictor.load):
        try:
            call(path)
        except (*MISTAKES, OSError):
            pass
    if isinstance(content, bytes):
        file = tmp_path_factory.mktemp("files") / "model"
        file.write_bytes(content)
        with pytest.raises(plstm.FileError):
            plstm.load(file)
