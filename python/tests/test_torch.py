import numpy as np
import pytest

import plstm

torch = pytest.importorskip("torch")

import plstm.torch as stm  # noqa: E402

HEADS, KEY, VALUE = 2, 3, 4
EDGES = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (1, 4)]


def random(*shape, dtype=torch.float64):
    return torch.randn(*shape, dtype=dtype, requires_grad=True)


def graph_inputs(graph, dtype=torch.float64):
    n, e, l = graph.num_nodes, graph.num_edges, graph.num_line_edges
    shapes = [(n, KEY), (n, KEY), (n, VALUE), (e,), (l,), (e,), (n,)]
    return [random(HEADS, *shape, dtype=dtype) for shape in shapes]


def plain_graph_operator(dag, line_edges, query, key, value, source, transition, mark, direct):
    """The formula, edge by edge; edges come in topological order."""
    output = direct[..., None] * (query * key).sum(-1, keepdim=True) * value
    states = []
    for e, (tail, head) in enumerate(dag.edges.tolist()):
        state = source[:, e, None, None] * key[:, tail, :, None] * value[:, tail, None, :]
        for l, (f, to) in enumerate(line_edges.tolist()):
            if to == e:
                state = state + transition[:, l, None, None] * states[f]
        states.append(state)
        read = mark[:, e, None] * torch.einsum("hkv,hk->hv", state, query[:, head])
        output = output.index_add(1, torch.tensor([head]), read[:, None])
    return output


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@pytest.mark.parametrize("form", ["auto", "recurrent", "closed", "chunkwise", "doubling"])
@pytest.mark.parametrize("mode", ["P", "D"])
def test_the_graph_operator_is_its_formula(mode, form):
    dag = plstm.Dag(EDGES)
    line = dag.line_graph() if mode == "P" else dag.line_graph().multitree()
    graph = stm.OperatorGraph([dag], mode)
    inputs = graph_inputs(graph)
    wanted = plain_graph_operator(dag, line.edges, *inputs)
    assert torch.allclose(stm.graph_operator(graph, *inputs, form=form), wanted)
    weights = torch.randn_like(wanted)
    ours = torch.autograd.grad((stm.graph_operator(graph, *inputs, form=form) * weights).sum(), inputs)
    theirs = torch.autograd.grad((wanted * weights).sum(), inputs)
    for a, b in zip(ours, theirs):
        assert torch.allclose(a, b)


def test_gradients_of_the_graph_operator():
    graph = stm.OperatorGraph([plstm.Dag(EDGES), plstm.Dag([(0, 1), (1, 2)])])
    assert (graph.num_nodes, graph.num_edges) == (8, 8)
    assert torch.autograd.gradcheck(lambda *inputs: stm.graph_operator(graph, *inputs), graph_inputs(graph))


def test_graphs_side_by_side_are_graphs_alone():
    dags = [plstm.Dag(EDGES), plstm.Dag([(0, 1), (1, 2)])]
    both = stm.OperatorGraph(dags)
    inputs = graph_inputs(both, torch.float32)
    together = stm.graph_operator(both, *inputs)
    n, e, l = 0, 0, 0
    for dag in dags:
        alone = stm.OperatorGraph([dag])
        ends = (n + alone.num_nodes, e + alone.num_edges, l + alone.num_line_edges)
        parts = [slice(n, ends[0])] * 3 + [slice(e, ends[1]), slice(l, ends[2]), slice(e, ends[1]), slice(n, ends[0])]
        output = stm.graph_operator(alone, *(tensor[:, part] for tensor, part in zip(inputs, parts)))
        assert torch.allclose(output, together[:, n : ends[0]], atol=1e-5)
        n, e, l = ends


def test_any_strides_are_read():
    graph = stm.OperatorGraph([plstm.Dag(EDGES)])
    inputs = [tensor.detach() for tensor in graph_inputs(graph)]
    wanted = stm.graph_operator(graph, *inputs)
    turned = [tensor.movedim(0, -1).contiguous().movedim(-1, 0) for tensor in inputs]
    assert torch.equal(stm.graph_operator(graph, *turned), wanted)
    by_node = [tensor.transpose(0, 1).contiguous().transpose(0, 1) for tensor in inputs]
    assert torch.equal(stm.graph_operator(graph, *by_node), wanted)
    expanded = list(inputs)
    expanded[3] = torch.ones(1, 1, dtype=torch.float64).expand(HEADS, graph.num_edges).requires_grad_()
    stm.graph_operator(graph, *expanded).sum().backward()
    assert expanded[3].grad.shape == (HEADS, graph.num_edges)


def test_no_copy_is_made():
    """The library writes into the memory of the tensor itself."""
    graph = stm.OperatorGraph([plstm.Dag(EDGES)])
    inputs = [tensor.detach() for tensor in graph_inputs(graph)]
    output = torch.zeros(graph.num_nodes, HEADS, VALUE, dtype=torch.float64).transpose(0, 1)
    graph.forward(*inputs, output)
    assert torch.allclose(output, stm.graph_operator(graph, *inputs))


def test_graphs_without_edges_or_nodes():
    for dag in (plstm.Dag([], 3), plstm.Dag([])):
        graph = stm.OperatorGraph([dag])
        inputs = graph_inputs(graph)
        output = stm.graph_operator(graph, *inputs)
        assert output.shape == (HEADS, dag.num_nodes, VALUE)
        output.sum().backward()
    assert stm.OperatorGraph([]).num_nodes == 0


def sequence_inputs(batch=2, steps=5, jq=1, jk=1, jv=1, jo=1, jt=1, dtype=torch.float64):
    shapes = [
        (KEY, jq), (KEY, jk), (VALUE, jv), (jt, jk, jv), (jt, jt), (jo, jq, jt), (jo, jq, jk, jv),
    ]  # fmt: skip
    return [random(batch, steps, HEADS, *shape, dtype=dtype) for shape in shapes]


def plain_sequence_operator(query, key, value, source, transition, mark, direct, state):
    outputs = []
    for i in range(query.shape[1]):
        q, k, v = query[:, i] * KEY**-0.5, key[:, i], value[:, i]
        read = torch.einsum("bhdj,bhojt,bhdvt->bhvo", q, mark[:, i], state)
        outputs.append(read + torch.einsum("bhdj,bhojkl,bhdk,bhvl->bhvo", q, direct[:, i], k, v))
        written = torch.einsum("bhtkl,bhdk,bhvl->bhdvt", source[:, i], k, v)
        state = torch.einsum("bhtu,bhdvu->bhdvt", transition[:, i], state) + written
    return torch.stack(outputs, 1), state


@pytest.mark.parametrize("form", ["auto", "recurrent", "chunkwise"])
@pytest.mark.parametrize("widths", [{}, {"jq": 2, "jk": 1, "jv": 2, "jo": 2, "jt": 3}])
def test_the_sequence_operator_is_its_formula(form, widths):
    inputs = sequence_inputs(**widths)
    state = random(2, HEADS, KEY, VALUE, widths.get("jt", 1))
    output, final = stm.sequence_operator(*inputs, initial_state=state, form=form)
    wanted, wanted_final = plain_sequence_operator(*inputs, state)
    assert torch.allclose(output, wanted)
    assert torch.allclose(final, wanted_final)
    zero, _ = stm.sequence_operator(*inputs, form=form)
    assert torch.allclose(zero, plain_sequence_operator(*inputs, torch.zeros_like(state))[0])


def test_gradients_of_the_sequence_operator():
    inputs = sequence_inputs(jq=2, jk=1, jv=2, jo=2, jt=2)
    state = random(2, HEADS, KEY, VALUE, 2)
    assert torch.autograd.gradcheck(lambda s, *rest: stm.sequence_operator(*rest, initial_state=s), [state, *inputs])
    assert torch.autograd.gradcheck(lambda *rest: stm.sequence_operator(*rest)[0], inputs)


def grid_inputs(x=3, y=2, o=1, jq=1, jk=1, jv=1, jo=1, jt=1, batch=2, dtype=torch.float64):
    shapes = [
        (KEY, jq), (KEY, jk), (VALUE, jv), (o, jt, jk, jv), (o, jt, jk, jv), (o, jt, jt), (o, jt, jt), (o, jt, jt),
        (o, jt, jt), (o, jo, jq, jt), (o, jo, jq, jt), (jo, jq, jk, jv),
    ]  # fmt: skip
    return [random(batch, x, y, HEADS, *shape, dtype=dtype) for shape in shapes]


@pytest.mark.parametrize("form", ["auto", "recurrent", "chunkwise", "dense", "sliced"])
def test_a_grid_of_one_row_is_a_sequence(form):
    """Nothing comes from above, and what is handed on to the right is what a sequence hands on."""
    grid = grid_inputs(x=6, y=1)
    query, key, value, source_right, _, left_to_right, _, _, _, mark_left, _, direct = grid
    sequence = [tensor.squeeze(2) for tensor in (query, key, value)]
    gates = [tensor.squeeze(2).squeeze(3) for tensor in (source_right, left_to_right, mark_left)]
    wanted, _ = stm.sequence_operator(*sequence, *gates, direct.squeeze(2))
    assert torch.allclose(stm.grid_operator(*grid, form=form).squeeze(2), wanted)


@pytest.mark.parametrize("orientations", [1, 4])
@pytest.mark.parametrize("absent", [[], [7], [8], [7, 8]])
def test_gradients_of_the_grid_operator(orientations, absent):
    inputs = grid_inputs(o=orientations, jq=1, jk=1, jv=1, jo=1, jt=2, batch=1)
    present = [tensor for i, tensor in enumerate(inputs) if i not in absent]

    def operator(*tensors):
        rest = iter(tensors)
        return stm.grid_operator(*(None if i in absent else next(rest) for i in range(12)))

    assert torch.autograd.gradcheck(operator, present)


@pytest.mark.parametrize("dtype", [torch.float16, torch.int64, torch.complex64, torch.bool])
def test_other_types_are_refused(dtype):
    graph = stm.OperatorGraph([plstm.Dag(EDGES)])
    inputs = [tensor.detach() for tensor in graph_inputs(graph)]
    inputs[2] = inputs[2].to(dtype)
    with pytest.raises(TypeError, match="value"):
        stm.graph_operator(graph, *inputs)


def test_mixed_types_and_other_things_are_refused():
    graph = stm.OperatorGraph([plstm.Dag(EDGES)])
    inputs = [tensor.detach() for tensor in graph_inputs(graph)]
    for i in range(7):
        for bad in (inputs[i].float(), inputs[i].numpy(), None, inputs[i].to_sparse()):
            with pytest.raises(TypeError):
                stm.graph_operator(graph, *inputs[:i], bad, *inputs[i + 1 :])
    with pytest.raises(TypeError, match="OperatorGraph"):
        stm.graph_operator(plstm.Dag(EDGES), *inputs)
    with pytest.raises(TypeError):
        stm.graph_operator(graph, *inputs, form=3)
    with pytest.raises(plstm.ConfigError, match="chunkwise"):
        stm.graph_operator(graph, *inputs, form="fast")
    with pytest.raises(plstm.ConfigError, match="mode"):
        stm.OperatorGraph([plstm.Dag(EDGES)], "X")


@pytest.mark.parametrize("operator", ["graph", "sequence", "grid"])
def test_other_shapes_are_refused(operator):
    graph = stm.OperatorGraph([plstm.Dag(EDGES)])
    call = {
        "graph": lambda *inputs: stm.graph_operator(graph, *inputs),
        "sequence": stm.sequence_operator,
        "grid": stm.grid_operator,
    }[operator]
    inputs = {"graph": lambda: graph_inputs(graph), "sequence": sequence_inputs, "grid": grid_inputs}[operator]()
    free = (2, {"graph": 2, "sequence": 3, "grid": 4}[operator])  # the width of values is theirs alone
    for i, tensor in enumerate(inputs):
        for dimension in range(tensor.dim()):
            if (i, dimension) == free:
                continue
            longer = torch.cat([tensor, tensor], dim=dimension)
            with pytest.raises(plstm.Error):
                call(*inputs[:i], longer, *inputs[i + 1 :])
        for bad in (tensor[0], tensor[None], torch.empty(0, dtype=torch.float64)):
            with pytest.raises(plstm.Error):
                call(*inputs[:i], bad, *inputs[i + 1 :])


def test_numpy_arrays_of_the_low_level_calls():
    graph = stm.OperatorGraph([plstm.Dag(EDGES)])
    inputs = [tensor.detach().numpy() for tensor in graph_inputs(graph)]
    output = np.empty((HEADS, graph.num_nodes, VALUE))
    graph.forward(*inputs, output)
    output.flags.writeable = False
    with pytest.raises(TypeError):
        graph.forward(*inputs, output)
