"""Estimators that learn from graphs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from ._estimator import Estimator, row_weights
from ._plstm import ConfigError, Dag, Graph, LabeledGraphs, Predictor, ShapeError, fit_graphs
from ._sklearn import BaseEstimator, ClassifierMixin, RegressorMixin

_SETTINGS_DOC = """
    Settings (None: what is recommended for the kind and the size of the data):
        target: what a target belongs to: 'graph', 'node' or 'edge'.
        members: networks that are trained and averaged.
        epochs, batch_size, learning_rate, patience: of the training; patience 0 never stops early.
        width, heads, depth, dropout: of the networks.
        preset: 'default', or 'paper' for the settings of the paper.
        init_from: model file whose encoder the networks start from. encoder_rate: its learning rate over that of the
            rest; 0 leaves it as it is.
        loss, loss_parameter, metric: names as plstm-dag train has them, and the quantile, threshold or gamma of a loss.
        validation_fraction: share of the graphs (of a single one, of its nodes or edges) that choose the epoch.
        precision: 'float', or 'bfloat16' on machines with AMX or AVX-512 BF16.
        random_state: seed. Equal data, settings and seed give equal bits. None: another one each time.
        threads: 0 or None for all cores; does not change results.
        verbose: 1 shows a bar (of tqdm, else lines), 2 a line for each epoch.
        callbacks: function or functions of a plstm.Progress, called after each epoch of each network; one that returns
            True ends the training, with the best epochs so far.

    Ctrl-C ends a training within a step: KeyboardInterrupt is raised, and the estimator stays as it was.
"""


def _graph_list(graphs: object) -> list[Graph]:
    if isinstance(graphs, (Graph, Dag)):
        raise TypeError("expected a list of graphs, got one; put it in a list: [graph]")
    try:
        entries = list(graphs)
    except TypeError:
        raise TypeError(f"expected a list of plstm.Graph, got {type(graphs).__name__}") from None
    result = []
    for i, graph in enumerate(entries):
        if isinstance(graph, Dag):
            graph = Graph(graph)
        if not isinstance(graph, Graph):
            raise TypeError(f"graph {i} is a {type(graph).__name__}, expected a plstm.Graph or plstm.Dag")
        result.append(graph)
    return result


class _GraphEstimator(Estimator):
    companion = True

    def __init__(
        self,
        *,
        target: str = "graph",
        members: int | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        patience: int | None = None,
        width: int | None = None,
        heads: int | None = None,
        depth: int | None = None,
        dropout: float | None = None,
        preset: str = "default",
        init_from: str | os.PathLike | None = None,
        encoder_rate: float | None = None,
        loss: str | None = None,
        loss_parameter: float | None = None,
        metric: str | None = None,
        validation_fraction: float = 0.1,
        precision: str = "float",
        random_state: int | np.random.RandomState | np.random.Generator | None = 0,
        threads: int | None = None,
        verbose: int = 0,
        callbacks: Callable | Sequence[Callable] | None = None,
    ):
        self.target = target
        self.members = members
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.width = width
        self.heads = heads
        self.depth = depth
        self.dropout = dropout
        self.preset = preset
        self.init_from = init_from
        self.encoder_rate = encoder_rate
        self.loss = loss
        self.loss_parameter = loss_parameter
        self.metric = metric
        self.validation_fraction = validation_fraction
        self.precision = precision
        self.random_state = random_state
        self.threads = threads
        self.verbose = verbose
        self.callbacks = callbacks

    def fit(
        self,
        graphs: Iterable[Graph | Dag],
        y: object,
        sample_weight: object = None,
        *,
        validation: object = None,
    ):
        """Trains networks on graphs and their targets; returns the estimator.

        y of target='graph': [graphs] or [graphs, targets]. Of 'node' and 'edge': a list with an array for each graph,
        [things] or [things, targets] in the order of node or edge ids, or one array with the things of all graphs. NaN
        and None mark what is missing. sample_weight: what the loss of each graph counts, [graphs], 0 or more.
        validation: numbers or a mask of the graphs that choose the epoch.

        Raises ShapeError naming the graph whose targets or features have another shape, TypeError for what is no graph,
        ConfigError for settings that mean nothing, TrainingError if there is nothing to learn from.
        """
        graphs = _graph_list(graphs)
        data = LabeledGraphs(self._level())
        targets, tasks = self._targets_of_things(graphs, y)
        weights = row_weights(sample_weight, len(graphs))
        first = 0
        for i, graph in enumerate(graphs):
            count = self._things(graph)
            weight = 1.0 if weights is None else float(weights[i])
            data.add(graph, np.ascontiguousarray(targets.values[first : first + count]), weight)
            first += count
        if graphs:
            data.name_tasks(targets.names)
        settings = self._settings(len(graphs), validation)
        with self._reporter() as reporter:
            predictor = fit_graphs(data, tasks, settings, reporter.function())
        self._predictor = predictor
        self._take_targets(targets)
        return self

    def _level(self) -> str:
        if not isinstance(self.target, str) or self.target not in ("graph", "node", "edge"):
            raise ConfigError(f"target is {self.target!r:.60}, expected graph, node or edge")
        return self.target

    def _things(self, graph: Graph) -> int:
        return {"graph": 1, "node": graph.dag.num_nodes, "edge": graph.dag.num_edges}[self.target]

    def _targets_of_things(self, graphs: list[Graph], y: object):
        total = sum(self._things(graph) for graph in graphs)
        return self._targets(self._flat(graphs, y), total)

    def _flat(self, graphs: list[Graph], y: object) -> object:
        """y of all things in one array, if it is a list with an array for each graph."""
        if self.target == "graph" or not isinstance(y, (list, tuple)) or len(y) != len(graphs) or not graphs:
            return y
        parts = [np.asarray(part) for part in y]
        if any(part.ndim == 0 for part in parts):
            return y
        for i, (graph, part) in enumerate(zip(graphs, parts)):
            if part.shape[0] != self._things(graph):
                raise ShapeError(f"graph {i}: y has {part.shape[0]} rows, expected {self._things(graph)}")
        parts = [part for part in parts if part.shape[0] > 0] or parts[:1]
        if any(part.shape[1:] != parts[0].shape[1:] for part in parts):
            raise ShapeError("the graphs have other numbers of targets")
        return np.concatenate(parts)

    def _predict_values(self, graphs: Iterable[Graph | Dag]) -> tuple[np.ndarray, np.ndarray]:
        self._check_fitted()
        return self._predictor.predict(_graph_list(graphs), self._threads())

    def _split(self, values: np.ndarray, offsets: np.ndarray):
        """Of targets of nodes and edges an array for each graph."""
        if self.target == "graph":
            return values
        return np.split(values, offsets[1:-1]) if len(offsets) > 1 else []

    def score(self, graphs: Iterable[Graph | Dag], y: object, sample_weight: object = None) -> float:
        """R2 of regression or accuracy of classification over all things, the mean over targets.

        sample_weight: what each graph counts, [graphs], 0 or more.
        """
        self._check_fitted()
        graphs = _graph_list(graphs)
        weights = row_weights(sample_weight, len(graphs))
        if weights is not None:
            weights = np.repeat(weights, [self._things(graph) for graph in graphs])
        return self._score(self._flat(graphs, y), self._predict_values(graphs)[0], weights)

    @classmethod
    def _load_predictor(cls, path: Path) -> Predictor:
        predictor = Predictor.load(path)
        if predictor.reads_molecules:
            raise ConfigError(
                f"{path}: the model reads molecules; load it as a MoleculeRegressor or MoleculeClassifier"
            )
        return predictor

    def _take_predictor(self, predictor: Predictor) -> None:
        super()._take_predictor(predictor)
        self.target = predictor.level

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.target_tags.multi_output = True
        return tags


class GraphRegressor(_GraphEstimator, RegressorMixin, BaseEstimator):
    __doc__ = f"""Learns numbers of graphs, of their nodes or of their edges.

        graphs = [plstm.Graph(plstm.Dag([(0, 1), (0, 2)]), node_values=[[1.0], [0.5], [2.0]]), ...]
        model = plstm.GraphRegressor().fit(graphs, y)
        model.predict(graphs)
    {_SETTINGS_DOC}"""

    def predict(self, graphs: Iterable[Graph | Dag]):
        """Values in the units of the targets: float64 [graphs] or [graphs, targets] as y was.

        With target='node' or 'edge' a list with an array for each graph, [things] or [things, targets]. Raises
        ShapeError or ConfigError naming the graph that the model cannot take.
        """
        values, offsets = self._predict_values(graphs)
        return self._split(values[:, 0] if self._one_dimensional else values, offsets)

    def predict_interval(self, graphs: Iterable[Graph | Dag], confidence: float = 0.9):
        """Intervals that hold the measured value with this confidence: [.., 2] (low, high) of what predict() returns.

        Raises ConfigError unless 0 < confidence < 1, and if the model has no calibration (validation_fraction=0).
        """
        self._check_fitted()
        (low, high, _), offsets = self._predictor.predict_certainty(
            _graph_list(graphs), float(confidence), self._threads()
        )
        both = np.stack([low, high], axis=2)
        return self._split(both[:, 0] if self._one_dimensional else both, offsets)


class GraphClassifier(_GraphEstimator, ClassifierMixin, BaseEstimator):
    __doc__ = f"""Learns classes of graphs, of their nodes or of their edges: two or more, numbers or texts.
    {_SETTINGS_DOC}
        class_weight: 'balanced' counts the classes equally in training, however rare they are.

    Attributes after fit():
        classes_: the classes, ascending; of y with several targets a list with those of each target.
    """

    _is_classifier = True

    def __init__(
        self,
        *,
        target: str = "graph",
        members: int | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        patience: int | None = None,
        width: int | None = None,
        heads: int | None = None,
        depth: int | None = None,
        dropout: float | None = None,
        preset: str = "default",
        init_from: str | os.PathLike | None = None,
        encoder_rate: float | None = None,
        loss: str | None = None,
        loss_parameter: float | None = None,
        metric: str | None = None,
        validation_fraction: float = 0.1,
        precision: str = "float",
        random_state: int | np.random.RandomState | np.random.Generator | None = 0,
        threads: int | None = None,
        verbose: int = 0,
        callbacks: Callable | Sequence[Callable] | None = None,
        class_weight: str | None = None,
    ):
        super().__init__(
            target=target,
            members=members,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            patience=patience,
            width=width,
            heads=heads,
            depth=depth,
            dropout=dropout,
            preset=preset,
            init_from=init_from,
            encoder_rate=encoder_rate,
            loss=loss,
            loss_parameter=loss_parameter,
            metric=metric,
            validation_fraction=validation_fraction,
            precision=precision,
            random_state=random_state,
            threads=threads,
            verbose=verbose,
            callbacks=callbacks,
        )
        self.class_weight = class_weight

    def predict(self, graphs: Iterable[Graph | Dag]):
        """The most probable class: [graphs] or [graphs, targets], or a list with an array for each graph.

        Raises NotFittedError before fit(), ShapeError or ConfigError naming the graph that the model cannot take.
        """
        values, offsets = self._predict_values(graphs)
        columns = self._chosen(self._probabilities(values))
        return self._split(columns[0] if self._one_dimensional else np.column_stack(columns), offsets)

    def predict_proba(self, graphs: Iterable[Graph | Dag]):
        """Probabilities [.., classes] in the order of classes_; of y with several targets a list of them.

        With target='node' or 'edge' a list with an array for each graph. Raises as predict() does.
        """
        values, offsets = self._predict_values(graphs)
        each = [self._split(of_target, offsets) for of_target in self._probabilities(values)]
        return each[0] if self._one_dimensional else each
