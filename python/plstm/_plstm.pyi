"""
The C++ library of plstm. Use the package plstm, which checks and converts what users have.
"""

from collections.abc import Sequence
import os
from typing import Annotated, overload

import numpy
from numpy.typing import NDArray


class Error(Exception): ...
class ShapeError(Error, ValueError): ...
class GraphError(Error, ValueError): ...
class ConfigError(Error, ValueError): ...
class FileError(Error, OSError): ...
class MoleculeError(Error, ValueError): ...
class TrainingError(Error, RuntimeError): ...
class StoppedError(Error, RuntimeError): ...

class LevelSchedule:
    """
    The edges of a DAG sorted into levels. Level 0 has no predecessor in the line graph, every other edge lies one above its highest predecessor. Immutable.
    """

    def __len__(self) -> int: ...

    def __getitem__(self, level: int) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """Edges of one level, int32, without a copy. Raises IndexError."""

    @property
    def order(self) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """
        [E] int32: all levels after each other, a topological order of the edges. No copy.
        """

class LineGraph:
    """
    Line graph of a DAG. Its nodes are the DAG's E edges, and a line edge f -> e says that e starts where f ends. L line edges in ascending (f, e). Immutable.
    """

    @property
    def num_nodes(self) -> int:
        """E, the edges of the DAG."""

    @property
    def num_edges(self) -> int:
        """L."""

    @property
    def edges(self) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """[L, 2] int32: f and e of each line edge f -> e. No copy."""

    @property
    def in_offsets(self) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """
        [E + 1] int32: the line edges into e are in_list[in_offsets[e]:in_offsets[e + 1]]. No copy.
        """

    @property
    def in_list(self) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """[L] int32, see in_offsets. No copy."""

    @property
    def out_offsets(self) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """
        [E + 1] int32: the line edges out of f are out_list[out_offsets[f]:out_offsets[f + 1]]. No copy.
        """

    @property
    def out_list(self) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """[L] int32, see out_offsets. No copy."""

    def multitree(self) -> LineGraph:
        """
        The line graph of the D-mode: line edges are removed until between any two edges of the DAG at most one path is left.
        """

    def levels(self) -> LevelSchedule:
        """The edges of the DAG sorted into levels."""

    def __eq__(self, arg: object, /) -> bool: ...

    def __repr__(self) -> str: ...

class Dag:
    """
    Directed acyclic graph on nodes 0..N-1 with edges in a fixed order 0..E-1; edge e runs from tail to head. Immutable, so it may be shared between threads.
    """

    def __init__(self, edges: object, num_nodes: int | None = None, *, parallel_edges: bool = False) -> None:
        """
        Dag of edges [E, 2] (an array of integers, or a list of pairs), each (tail, head). Edge ids follow their order.

        num_nodes is one more than the largest node by default. parallel_edges keeps edges that are given twice.

        Raises GraphError naming the first edge that is not allowed (end out of range, self-loop, given twice), or the nodes of a directed cycle; ShapeError for an array of another shape; TypeError for anything but whole numbers.
        """

    @staticmethod
    def orient(edges: object, num_nodes: int | None = None, *, by: str = 'bfs', parallel_edges: bool = False) -> Dag:
        """
        Dag of an undirected graph: edge i points from the smaller to the larger rank of its ends. `by` is 'index' (rank is the number of the node), 'bfs' or 'dfs' (the order in which a search from a node far out meets the nodes). Raises as Dag() does, and ConfigError for another `by`.
        """

    @staticmethod
    def from_networkx(graph: object) -> Dag:
        """
        Dag of a networkx.DiGraph or MultiDiGraph. Node i is the i-th of graph.nodes, edge e the e-th of graph.edges. Raises GraphError for a cycle, TypeError for an undirected graph (see orient).
        """

    @property
    def num_nodes(self) -> int:
        """N."""

    @property
    def num_edges(self) -> int:
        """E."""

    @property
    def edges(self) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """[E, 2] int32: tail and head of each edge. No copy."""

    def in_edges(self, node: int) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """
        Ids of the edges that enter `node`, ascending, int32. No copy. Raises IndexError.
        """

    def out_edges(self, node: int) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """
        Ids of the edges that leave `node`, ascending, int32. No copy. Raises IndexError.
        """

    def line_graph(self) -> LineGraph:
        """
        The line graph of the P-mode. Raises GraphError if it has more line edges than int32 can count.
        """

    def reverse(self) -> Dag:
        """The same nodes and edge ids with every edge flipped."""

    def __eq__(self, arg: object, /) -> bool: ...

    def __repr__(self) -> str: ...

    def __reduce__(self) -> tuple: ...

class Graph:
    """
    A Dag with what is known of its N nodes, its E edges and the whole graph: real values, categorical codes, or both. Immutable; the arrays are copies of those that were given.
    """

    def __init__(self, dag: Dag, *, node_values: object | None = None, node_codes: object | None = None, edge_values: object | None = None, edge_codes: object | None = None, graph_values: object | None = None) -> None:
        """
        node_values  [N, F] or [N] numbers
        node_codes   [N, C] or [N] whole numbers from 0 on, each column with a vocabulary of its own
        edge_values  [E, J] or [E] numbers
        edge_codes   [E, C] or [E] whole numbers from 0 on
        graph_values [G] numbers

        Arrays of any real type and layout are taken. Raises ShapeError naming an array of another shape, TypeError for one that holds no numbers, ConfigError for codes that are negative or no whole numbers and for values beyond the range of float32.
        """

    @property
    def dag(self) -> Dag: ...

    @property
    def node_values(self) -> Annotated[NDArray[numpy.float32], dict(writable=False)]:
        """[N, F] float32. No copy."""

    @property
    def node_codes(self) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """[N, C] int32. No copy."""

    @property
    def edge_values(self) -> Annotated[NDArray[numpy.float32], dict(writable=False)]:
        """[E, J] float32. No copy."""

    @property
    def edge_codes(self) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """[E, C] int32. No copy."""

    @property
    def graph_values(self) -> Annotated[NDArray[numpy.float32], dict(writable=False)]:
        """[G] float32. No copy."""

    def __eq__(self, arg: object, /) -> bool: ...

    def __repr__(self) -> str: ...

    def __reduce__(self) -> tuple: ...

class Progress:
    """What a callback is told after an epoch of one network."""

    @property
    def member(self) -> int:
        """Which network, from 0. They are trained side by side."""

    @property
    def members(self) -> int:
        """Networks that are trained."""

    @property
    def epochs(self) -> int:
        """Epochs that each network is trained for."""

    @property
    def epoch(self) -> int:
        """1, 2, ..."""

    @property
    def train_loss(self) -> float:
        """Mean over the labels seen."""

    @property
    def validation_loss(self) -> float:
        """NaN without validation rows."""

    @property
    def validation_metric(self) -> float:
        """NaN where undefined."""

    @property
    def learning_rate(self) -> float:
        """Of the last step."""

    @property
    def best(self) -> bool:
        """Whether this is the best epoch so far."""

    @property
    def samples_per_second(self) -> float:
        """Of the training pass."""

    @property
    def seconds(self) -> float:
        """Training and validation."""

    @property
    def seconds_left(self) -> float:
        """At this pace."""

class Task:
    def __init__(self, type: str, classes: int = 0, class_names: Sequence[str] = []) -> None: ...

    @property
    def type(self) -> str: ...

    @property
    def classes(self) -> int: ...

    @property
    def class_names(self) -> list[str]: ...

class FitSettings:
    def __init__(self) -> None: ...

    @property
    def preset(self) -> str: ...

    @preset.setter
    def preset(self, arg: str, /) -> None: ...

    @property
    def members(self) -> int | None: ...

    @members.setter
    def members(self, arg: int | None, /) -> None: ...

    @property
    def epochs(self) -> int | None: ...

    @epochs.setter
    def epochs(self, arg: int | None, /) -> None: ...

    @property
    def batch_size(self) -> int | None: ...

    @batch_size.setter
    def batch_size(self, arg: int | None, /) -> None: ...

    @property
    def patience(self) -> int | None: ...

    @patience.setter
    def patience(self, arg: int | None, /) -> None: ...

    @property
    def width(self) -> int | None: ...

    @width.setter
    def width(self, arg: int | None, /) -> None: ...

    @property
    def heads(self) -> int | None: ...

    @heads.setter
    def heads(self, arg: int | None, /) -> None: ...

    @property
    def depth(self) -> int | None: ...

    @depth.setter
    def depth(self, arg: int | None, /) -> None: ...

    @property
    def learning_rate(self) -> float | None: ...

    @learning_rate.setter
    def learning_rate(self, arg: float | None, /) -> None: ...

    @property
    def dropout(self) -> float | None: ...

    @dropout.setter
    def dropout(self, arg: float | None, /) -> None: ...

    @property
    def encoder_rate(self) -> float | None: ...

    @encoder_rate.setter
    def encoder_rate(self, arg: float | None, /) -> None: ...

    @property
    def validation_fraction(self) -> float: ...

    @validation_fraction.setter
    def validation_fraction(self, arg: float, /) -> None: ...

    @property
    def validation(self) -> list[int] | None: ...

    @validation.setter
    def validation(self, arg: Sequence[int] | None, /) -> None: ...

    @property
    def seed(self) -> int: ...

    @seed.setter
    def seed(self, arg: int, /) -> None: ...

    @property
    def threads(self) -> int: ...

    @threads.setter
    def threads(self, arg: int, /) -> None: ...

    @property
    def companion(self) -> bool: ...

    @companion.setter
    def companion(self, arg: bool, /) -> None: ...

    @property
    def balance_classes(self) -> bool: ...

    @balance_classes.setter
    def balance_classes(self, arg: bool, /) -> None: ...

    @property
    def loss(self) -> str: ...

    @loss.setter
    def loss(self, arg: str, /) -> None: ...

    @property
    def metric(self) -> str: ...

    @metric.setter
    def metric(self, arg: str, /) -> None: ...

    @property
    def loss_parameter(self) -> float | None: ...

    @loss_parameter.setter
    def loss_parameter(self, arg: float | None, /) -> None: ...

    @property
    def precision(self) -> str: ...

    @precision.setter
    def precision(self, arg: str, /) -> None: ...

    @property
    def init_from(self) -> str: ...

    @init_from.setter
    def init_from(self, arg: str, /) -> None: ...

    @property
    def standardize(self) -> list[str]: ...

    @standardize.setter
    def standardize(self, arg: Sequence[str], /) -> None: ...

class LabeledGraphs:
    """Graphs with their targets: what fit_graphs() learns from."""

    def __init__(self, level: str) -> None:
        """
        level is 'graph', 'node' or 'edge'. Raises ConfigError for another one.
        """

    def add(self, graph: Graph, targets: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], weight: float = 1.0) -> None:
        """
        targets [things, tasks] float64, NaN where one is missing. Raises ShapeError and ConfigError.
        """

    def name_tasks(self, names: Sequence[str]) -> None: ...

    def __len__(self) -> int: ...

def fit_graphs(data: LabeledGraphs, tasks: Sequence[Task], settings: FitSettings, callback: object | None = None) -> Predictor:
    """Trains networks. Ctrl-C stops within a training step."""

class Predictor:
    """A trained model in use. Thread-safe."""

    @staticmethod
    def load(path: str | os.PathLike) -> Predictor:
        """A model file, or the folder of a run. Raises FileError."""

    def save(self, path: str | os.PathLike) -> None: ...

    def predict(self, graphs: Sequence[Graph], threads: int = 0) -> tuple:
        """(values [rows, columns], offsets [graphs + 1])."""

    def predict_certainty(self, graphs: Sequence[Graph], confidence: float, threads: int = 0) -> tuple:
        """((low, high, classes), offsets), [rows, tasks] each."""

    @property
    def level(self) -> str: ...

    @property
    def reads_molecules(self) -> bool: ...

    @property
    def tasks(self) -> list[Task]: ...

    @property
    def target_names(self) -> list[str]: ...

    @property
    def columns(self) -> list[str]: ...

    @property
    def num_members(self) -> int: ...

class MoleculePredictor:
    """
    A trained model that reads SMILES, as the programs have it. Thread-safe.
    """

    @staticmethod
    def load(path: str | os.PathLike) -> MoleculePredictor:
        """
        A model file, or the models in the folder of a run. Raises FileError naming the file and what is wrong with it.
        """

    def save(self, path: str | os.PathLike) -> None:
        """Writes one file that load() and the programs read. Raises FileError."""

    def predict(self, smiles: Sequence[str], threads: int = 0) -> tuple:
        """
        (values [rows, columns] float64, NaN where there is an error; errors [rows], empty where there is none). Of a model of several molecules a row the SMILES are row after row.
        """

    def predict_certainty(self, smiles: Sequence[str], confidence: float, threads: int = 0) -> tuple:
        """
        (values, (low, high, classes), errors, warnings, nearest, similarity); see predict(). low and high [rows, tasks] hold the measured value with this confidence. Raises ConfigError unless 0 < confidence < 1, and if the model is not calibrated.
        """

    def embed(self, smiles: Sequence[str], threads: int = 0) -> tuple:
        """(values [rows, width] float32, NaN where there is an error; errors)."""

    @property
    def level(self) -> str: ...

    @property
    def columns(self) -> list[str]:
        """Names of the columns of values."""

    @property
    def tasks(self) -> list[Task]: ...

    @property
    def target_names(self) -> list[str]: ...

    @property
    def calibrated(self) -> bool: ...

    @property
    def num_members(self) -> int: ...

    @property
    def standardize(self) -> list[str]: ...

    @property
    def descriptor_columns(self) -> list[str]: ...

    @property
    def molecules(self) -> list[str]: ...

def fit_molecules(smiles: Sequence[str], targets: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], target_names: Sequence[str], tasks: Sequence[Task], settings: FitSettings, callback: object | None = None) -> tuple:
    """
    (predictor, errors [smiles]): trains on targets [smiles, tasks] float64, NaN where one is missing. Molecules that cannot be read are left out. Ctrl-C stops within a training step.
    """

class Explanation:
    """
    What the parts of one molecule contribute to what a model says of it. A atoms, C columns of the model. Contributions to numbers are in the units of the target, those to probabilities are of log-odds. Arrays are float64 and no copies.
    """

    @property
    def prediction(self) -> Annotated[NDArray[numpy.float64], dict(writable=False)]:
        """[C] value or log-odds of the molecule."""

    @property
    def baseline(self) -> Annotated[NDArray[numpy.float64], dict(writable=False)]:
        """[C] the same of a molecule of which nothing is left."""

    @property
    def interaction(self) -> Annotated[NDArray[numpy.float64], dict(writable=False)]:
        """[C] prediction - baseline - sum of the atoms."""

    @property
    def fragment_interaction(self) -> Annotated[NDArray[numpy.float64], dict(writable=False)]:
        """
        [C] prediction - baseline - sum of the fragments; empty unless they were asked for.
        """

    @property
    def symbols(self) -> list[str]:
        """[A] elements, in the order of the SMILES."""

    @property
    def atoms(self) -> Annotated[NDArray[numpy.float64], dict(writable=False)]:
        """[A, C] prediction less that without the atom."""

    @property
    def fragments(self) -> list[str]:
        """[F] SMILES of the fragments, if they were asked for."""

    @property
    def fragment_atoms(self) -> list[list[int]]:
        """[F] numbers of their atoms."""

    @property
    def of_fragments(self) -> Annotated[NDArray[numpy.float64], dict(writable=False)]:
        """[F, C] prediction less that without the fragment."""

    def svg(self, smiles: str, column: int = 0, *, scale: float = 0.0, width: int = 250, height: int = 200) -> str:
        """
        The molecule as SVG text with a disc behind each atom: red adds, blue takes away. Colours reach their ends at -scale and scale (0: the largest contribution). Raises ShapeError if the SMILES has another number of atoms.
        """

    @property
    def error(self) -> str:
        """Why there is no explanation; empty if there is one."""

    def __bool__(self) -> bool: ...

def explain(predictor: MoleculePredictor, smiles: Sequence[str], method: str = 'occlusion', fragments: bool = False, threads: int = 0) -> list[Explanation]: ...

class OperatorGraph:
    """
    One DAG, or several side by side with ids shifted, laid out for the operator: N nodes, E edges, L line edges of the line graph (mode P) or of its multitree (mode D). May be shared between threads.
    """

    def __init__(self, dags: Sequence[Dag], mode: str = 'P') -> None:
        """Raises ConfigError for another mode, GraphError if ids overflow."""

    @property
    def num_nodes(self) -> int:
        """N."""

    @property
    def num_edges(self) -> int:
        """E."""

    @property
    def num_line_edges(self) -> int:
        """L."""

    @property
    def tail(self) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """[E] int32. No copy."""

    @property
    def head(self) -> Annotated[NDArray[numpy.int32], dict(writable=False)]:
        """[E] int32. No copy."""

    @overload
    def forward(self, query: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], key: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], value: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], source: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], transition: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], mark: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], direct: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], output: Annotated[NDArray[numpy.float32], dict(device='cpu')], form: str = 'auto') -> None: ...

    @overload
    def forward(self, query: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], key: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], value: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], source: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], transition: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], mark: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], direct: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], output: Annotated[NDArray[numpy.float64], dict(device='cpu')], form: str = 'auto') -> None:
        """
        Writes output [H, N, V] of query, key [H, N, K], value [H, N, V], source, mark [H, E], transition [H, L] and direct [H, N]; of any strides, but the last of three dimensions lies together. Raises ShapeError, and ConfigError for another form than auto, recurrent, closed, chunkwise, doubling.
        """

    @overload
    def backward(self, query: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], key: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], value: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], source: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], transition: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], mark: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], direct: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], output_gradient: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], gradients: Sequence[Annotated[NDArray[numpy.float32], dict(device='cpu')]], form: str = 'auto') -> None: ...

    @overload
    def backward(self, query: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], key: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], value: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], source: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], transition: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], mark: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], direct: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], output_gradient: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], gradients: Sequence[Annotated[NDArray[numpy.float64], dict(device='cpu')]], form: str = 'auto') -> None:
        """
        Adds the gradients of sum(output * output_gradient) to the seven arrays, which share no memory.
        """

@overload
def sequence_forward(inputs: Sequence[Annotated[NDArray[numpy.float32], dict(order='C', device='cpu', writable=False)]], initial_state: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu', writable=False)] | None, output: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu')], final_state: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu')] | None, form: str = 'auto', levels: int = -1) -> None: ...

@overload
def sequence_forward(inputs: Sequence[Annotated[NDArray[numpy.float64], dict(order='C', device='cpu', writable=False)]], initial_state: Annotated[NDArray[numpy.float64], dict(order='C', device='cpu', writable=False)] | None, output: Annotated[NDArray[numpy.float64], dict(order='C', device='cpu')], final_state: Annotated[NDArray[numpy.float64], dict(order='C', device='cpu')] | None, form: str = 'auto', levels: int = -1) -> None:
    """
    Writes output [B, T, H, V, JO], and final_state [B, H, K, V, JT] unless it is None. inputs are query [B, T, H, K, JQ], key [.., K, JK], value [.., V, JV], source [.., JT, JK, JV], transition [.., JT, JT], mark [.., JO, JQ, JT], direct [.., JO, JQ, JK, JV], row-major. Raises ShapeError, ConfigError.
    """

@overload
def sequence_backward(inputs: Sequence[Annotated[NDArray[numpy.float32], dict(order='C', device='cpu', writable=False)]], initial_state: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu', writable=False)] | None, output_gradient: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu', writable=False)], final_state_gradient: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu', writable=False)] | None, gradients: Sequence[Annotated[NDArray[numpy.float32], dict(order='C', device='cpu')]], initial_state_gradient: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu')] | None, form: str = 'auto', levels: int = -1) -> None: ...

@overload
def sequence_backward(inputs: Sequence[Annotated[NDArray[numpy.float64], dict(order='C', device='cpu', writable=False)]], initial_state: Annotated[NDArray[numpy.float64], dict(order='C', device='cpu', writable=False)] | None, output_gradient: Annotated[NDArray[numpy.float64], dict(order='C', device='cpu', writable=False)], final_state_gradient: Annotated[NDArray[numpy.float64], dict(order='C', device='cpu', writable=False)] | None, gradients: Sequence[Annotated[NDArray[numpy.float64], dict(order='C', device='cpu')]], initial_state_gradient: Annotated[NDArray[numpy.float64], dict(order='C', device='cpu')] | None, form: str = 'auto', levels: int = -1) -> None:
    """Adds to gradients, arrays with the shapes of the inputs."""

@overload
def grid_forward(inputs: Sequence[Annotated[NDArray[numpy.float32], dict(order='C', device='cpu', writable=False)] | None], output: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu')], form: str = 'auto', levels: int = -1) -> None: ...

@overload
def grid_forward(inputs: Sequence[Annotated[NDArray[numpy.float64], dict(order='C', device='cpu', writable=False)] | None], output: Annotated[NDArray[numpy.float64], dict(order='C', device='cpu')], form: str = 'auto', levels: int = -1) -> None:
    """
    Writes output [B, X, Y, H, V, JO]. inputs are query [B, X, Y, H, K, JQ], key [.., K, JK], value [.., V, JV], source_right, source_down [.., O, JT, JK, JV], left_to_right, up_to_down, left_to_down, up_to_right [.., O, JT, JT], mark_left, mark_up [.., O, JO, JQ, JT], direct [.., JO, JQ, JK, JV], row-major; left_to_down and up_to_right may be None. Raises ShapeError, ConfigError.
    """

@overload
def grid_backward(inputs: Sequence[Annotated[NDArray[numpy.float32], dict(order='C', device='cpu', writable=False)] | None], output_gradient: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu', writable=False)], gradients: Sequence[Annotated[NDArray[numpy.float32], dict(order='C', device='cpu')] | None], form: str = 'auto', levels: int = -1) -> None: ...

@overload
def grid_backward(inputs: Sequence[Annotated[NDArray[numpy.float64], dict(order='C', device='cpu', writable=False)] | None], output_gradient: Annotated[NDArray[numpy.float64], dict(order='C', device='cpu', writable=False)], gradients: Sequence[Annotated[NDArray[numpy.float64], dict(order='C', device='cpu')] | None], form: str = 'auto', levels: int = -1) -> None:
    """Adds to gradients, arrays with the shapes of the inputs."""

def num_threads() -> int:
    """Worker threads that a parallel loop may use now."""
