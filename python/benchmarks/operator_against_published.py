"""Times the operator on graphs in PyTorch, and beside it the one of the published code, on the same inputs.

    python python/benchmarks/operator_against_published.py [--published CHECKOUT]

Forward and backward on random connected graphs side by side (a tree and some more edges, as molecules have). CHECKOUT
is a folder with a clone of the published code, also taken from PLSTM_PUBLISHED; without one only ours is timed. Both
run in turns, several rounds. The ratio is that of the fastest calls of a round, as other work can only slow them down.
`taskset -c 0,1` in front leaves both two cores. Making the layouts of the graphs is not in the times of either.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import networkx
import numpy as np
import torch

import plstm
from plstm.torch import OperatorGraph, graph_operator


def random_dag(random: np.random.Generator, nodes: int, more_edges: int) -> plstm.Dag:
    """A random tree, each node hanging at one of the four before it, and so many edges more."""
    edges = {(int(random.integers(max(0, node - 4), node)), node) for node in range(1, nodes)}
    while len(edges) < nodes - 1 + more_edges:
        tail, head = sorted(random.choice(nodes, 2, replace=False).tolist())
        edges.add((tail, head))
    return plstm.Dag(sorted(edges), nodes)


def load(path: Path) -> ModuleType:
    """A file of the published code, whose package has the name of ours."""
    spec = importlib.util.spec_from_file_location("published_" + path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def published_operator(checkout: Path, graph: OperatorGraph, mode: str) -> tuple[Callable, list[int], list[int]]:
    """The published operator on the graph, and which of our edges and line edges its own are."""
    sources = checkout / "src" / "plstm"
    edges = list(zip(graph.tail.tolist(), graph.head.tolist()))
    digraph = networkx.DiGraph()
    digraph.add_nodes_from(range(graph.num_nodes))
    digraph.add_edges_from(edges)
    prepared = load(sources / "graph.py").PreparedGraph.create(digraph, mode=mode)
    operator = load(sources / "torch" / "plstm_graph.py").plstm_graph
    tables = (prepared.ldag, prepared.ldag_idx_map, prepared.ldag_edge_idx_map)
    ids = {edge: i for i, edge in enumerate(edges)}
    lines = {(edges[f], edges[e]): i for i, (f, e) in enumerate(graph.line_edges.tolist())}
    own_edges = [ids[edge] for edge in prepared.ldag_idx_map]
    return (lambda *inputs: operator(*inputs, *tables)), own_edges, [lines[pair] for pair in prepared.ldag_edge_idx_map]


def passed(operator: Callable, inputs: list[torch.Tensor], weights: torch.Tensor) -> list[torch.Tensor]:
    """Output and gradients."""
    output = operator(*inputs)
    return [output.detach(), *torch.autograd.grad(output, inputs, weights)]


def seconds(call: Callable[[], object], at_least: float) -> float:
    """Of the fastest call, of as many as take so long together."""
    best, total = float("inf"), 0.0
    while total < at_least:
        start = time.perf_counter()
        call()
        took = time.perf_counter() - start
        best, total = min(best, took), total + took
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--published", type=Path, default=os.environ.get("PLSTM_PUBLISHED"))
    parser.add_argument("--graphs", type=int, default=64)
    parser.add_argument("--nodes", type=int, default=30)
    parser.add_argument("--more-edges", type=int, default=3, help="beyond those of a tree")
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--width", type=int, default=24, help="K and V")
    parser.add_argument("--mode", choices=["P", "D"], default="P")
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float32")
    parser.add_argument("--torch-threads", type=int, help="of the published operator; torch's own number without")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.torch_threads is not None:
        torch.set_num_threads(options.torch_threads)

    random = np.random.default_rng(0)
    torch.manual_seed(0)
    dags = [random_dag(random, options.nodes, options.more_edges) for _ in range(options.graphs)]
    graph = OperatorGraph(dags, options.mode)
    n, e, lines = graph.num_nodes, graph.num_edges, graph.num_line_edges
    heads, width, dtype = options.heads, options.width, getattr(torch, options.dtype)
    features = [torch.randn(heads, n, width, dtype=dtype) for _ in range(4)]
    source, mark, direct = (torch.rand(heads, size, dtype=dtype) for size in (e, e, n))
    transition = torch.randn(heads, lines, dtype=dtype) / 3
    *qkv, weights = features
    inputs = [tensor.requires_grad_() for tensor in (*qkv, source, transition, mark, direct)]

    def ours() -> list[torch.Tensor]:
        return passed(lambda *tensors: graph_operator(graph, *tensors), inputs, weights)

    print(f"{options.graphs} graphs of {options.nodes} nodes: {n} nodes, {e} edges, {lines} line edges, mode", end=" ")
    print(
        f"{options.mode}; H = {heads}, K = V = {width}, {options.dtype}, torch with {torch.get_num_threads()} threads"
    )
    results = ours()
    if options.published is None:
        for i in range(options.rounds):
            print(f"round {i + 1}: ours {1e3 * seconds(ours, 0.5):8.3f} ms")
        return

    operator, edges, line_edges = published_operator(options.published, graph, options.mode)
    order = [None, None, None, edges, line_edges, edges, None]
    theirs = [t if o is None else t.detach()[:, o].requires_grad_() for t, o in zip(inputs, order)]

    def published() -> list[torch.Tensor]:
        return passed(operator, theirs, weights)

    # What came of our edges, in the order of theirs.
    turned = [t if o is None else t[:, o] for t, o in zip(results, [None, *order])]
    worst = max(((a - b).abs().max() / b.abs().max()).item() for a, b in zip(turned, published()))
    print(f"largest difference of output and gradients, over the largest entry: {worst:.1e}")
    ratios = []
    for i in range(options.rounds):
        own, other = seconds(ours, 0.5), seconds(published, 0.5)
        ratios.append(other / own)
        print(f"round {i + 1}: ours {1e3 * own:8.3f} ms   published {1e3 * other:8.1f} ms   ratio {ratios[-1]:8.1f}")
    print(f"ratio: median {statistics.median(ratios):.1f}, smallest {min(ratios):.1f}, largest {max(ratios):.1f}")


if __name__ == "__main__":
    main()
