#include "plstm/nn/graphs/stm_layer.hpp"

#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/shared/norm.hpp>

namespace plstm {

namespace {

void complete(StmLayerOptions& o) {
  if (o.width < 1 || o.heads < 1) {
    throw ConfigError(fmt::format("pLSTM layer: width {} and heads {} must be positive", o.width, o.heads));
  }
  if ((o.key_width == 0 || o.value_width == 0) && o.width % o.heads != 0) {
    throw ConfigError(fmt::format("pLSTM layer: {} heads do not divide the width {}", o.heads, o.width));
  }
  if (o.key_width == 0) o.key_width = o.width / o.heads;
  if (o.value_width == 0) o.value_width = o.width / o.heads;
  if (o.key_width < 1 || o.value_width < 1) {
    throw ConfigError(fmt::format("pLSTM layer: key_width {} and value_width {} must be positive",
                                  o.key_width, o.value_width));
  }
  if (o.kind == StmLayerKind::kNode && o.max_degree < 1) {
    throw ConfigError(
        "pLSTM node layer: max_degree must be set to the largest in- or out-degree it is to serve");
  }
  if (o.kind == StmLayerKind::kEdge && o.edge_width < 1) {
    throw ConfigError("pLSTM edge layer: edge_width must be set to the width of the edge features");
  }
  if (!o.bias.has_value()) o.bias = o.kind == StmLayerKind::kEdge;
}

}  // namespace

StmLayer add_stm_layer(ParameterLayout& layout, const std::string& name, StmLayerOptions options) {
  complete(options);
  StmLayer layer;
  layer.options = options;
  const StmLayerOptions& o = layer.options;
  const Index keys = o.heads * o.key_width;
  const Index values = o.heads * o.value_width;
  const bool node = o.kind == StmLayerKind::kNode;
  const Index gate_in = node ? o.width : o.width + o.edge_width;
  const Index gate_out = node ? o.heads * o.max_degree : o.heads;
  const Initializer gate_weight = NormalInit{0, o.init.gate_weight_std};
  const LinearInit gate{gate_weight, ConstantInit{o.init.gate_bias}};
  const Initializer transition_bias =
      node ? Initializer(IdentityInit{o.heads, o.max_degree, o.init.transition_scale})
           : Initializer(NormalInit{o.init.transition_mean, o.init.transition_std});

  layer.query = add_linear(layout, name + ".query", o.width, keys, *o.bias);
  layer.key = add_linear(layout, name + ".key", o.width, keys, *o.bias);
  layer.value = add_linear(layout, name + ".value_", o.width, values, *o.bias);
  layer.source = add_linear(layout, name + ".source", gate_in, gate_out, true, gate);
  layer.transition = add_linear(layout, name + ".transition", node ? o.width : 2 * o.edge_width + o.width,
                                node ? o.heads * o.max_degree * o.max_degree : o.heads, true,
                                {gate_weight, transition_bias});
  layer.mark = add_linear(layout, name + ".mark", gate_in, gate_out, true, gate);
  layer.direct = add_linear(layout, name + ".direct", o.width, o.heads, true, gate);
  layer.norm_scale = layout.add(name + ".mhnorm.scale", {o.heads, o.value_width}, ConstantInit{1}, false);
  layer.out = add_linear(layout, name + ".out", values, o.width, *o.bias);
  return layer;
}

namespace {

// What the calls of stm() on one tape share.
template <class T>
struct StmTapeWorkspace {
  StmMemory memory = StmMemory::kAuto;
  StmWorkspace<T> workspace;
};

// What one call of stm() keeps for its backward pass.
template <class T>
struct StmPass {
  StmPlan plan;
  StmStates<T> states;
  // What the plan was made for, if that is one large graph. Else it is made anew in every pass.
  std::vector<NodeId> tail, head;
  int threads = 0;
};

// Where passes with and without gradients take turns on one tape, each kind keeps its plans.
template <class T>
struct StmPassWithoutGradients : StmPass<T> {};

// Edges from which on making a plan takes so long that the plan of the pass before is kept for the same graph.
constexpr EdgeId kEdgesOfKeptPlan = 1 << 16;

bool equal(const StmOptions& a, const StmOptions& b) {
  return a.form == b.form && a.memory == b.memory && a.schedule == b.schedule &&
         a.state_bytes == b.state_bytes;
}

// A plan follows from the ends of the edges, so it serves every graph with the same ones.
template <class T>
void plan_pass(const StmGraph& graph, const StmShape& shape, const StmOptions& options, StmPass<T>& pass) {
  const StmShape& planned = pass.plan.shape;
  if (graph.num_edges >= kEdgesOfKeptPlan && pass.threads == num_threads() &&
      pass.plan.sizes == graph.parts && planned.heads == shape.heads &&
      planned.key_width == shape.key_width && planned.value_width == shape.value_width &&
      equal(pass.plan.options, options) && pass.tail == graph.tail && pass.head == graph.head) {
    return;
  }
  pass.threads = 0;
  make_stm_plan(graph, shape, options, pass.plan);
  if (graph.num_edges < kEdgesOfKeptPlan) return;
  pass.tail = graph.tail;
  pass.head = graph.head;
  pass.threads = num_threads();
}

}  // namespace

template <class T>
void set_stm_memory(Tape<T>& tape, StmMemory memory) {
  tape.template workspace<StmTapeWorkspace<T>>().memory = memory;
}

template <class T>
Var<T> stm(Tape<T>& tape, const StmGraph& graph, const StmVars<T>& vars, Index heads, StmForm form) {
  StmVars<T> v = vars;
  const Index key_width = v.query.cols / heads;
  const Index value_width = v.value.cols / heads;
  const Index nodes = graph.num_nodes;
  check_shape("stm", "query", {v.query.rows, v.query.cols}, {nodes, heads * key_width});
  check_shape("stm", "key", {v.key.rows, v.key.cols}, {nodes, heads * key_width});
  check_shape("stm", "value", {v.value.rows, v.value.cols}, {nodes, heads * value_width});
  check_shape("stm", "source", {v.source.rows, v.source.cols}, {graph.num_edges, heads});
  check_shape("stm", "transition", {v.transition.rows, v.transition.cols}, {graph.num_line_edges, heads});
  check_shape("stm", "mark", {v.mark.rows, v.mark.cols}, {graph.num_edges, heads});
  check_shape("stm", "direct", {v.direct.rows, v.direct.cols}, {nodes, heads});
  const auto read = [heads](const Var<T>& var) {
    return heads_in_columns<const T>(var.value, heads, var.cols / heads);
  };
  const StmInputs<T> inputs{heads,         key_width,      value_width,        read(v.query), read(v.key),
                            read(v.value), read(v.source), read(v.transition), read(v.mark),  read(v.direct)};
  // The operator adds to all seven gradients. One that nothing needs gets memory that is not read.
  for (Var<T>* var : {&v.query, &v.key, &v.value, &v.source, &v.transition, &v.mark, &v.direct}) {
    if (tape.records() && var->gradient == nullptr) var->gradient = tape.make(var->rows, var->cols).gradient;
  }
  Var<T> y = tape.make(nodes, v.value.cols);
  auto& shared = tape.template workspace<StmTapeWorkspace<T>>();
  StmWorkspace<T>* workspace = &shared.workspace;
  StmPass<T>* pass = tape.records() ? &tape.template state<StmPass<T>>()
                                    : &tape.template state<StmPassWithoutGradients<T>>();
  // Without a backward pass there is nothing to keep for it. The plan is the same otherwise, and so are the bits.
  const StmMemory memory =
      !tape.records() && shared.memory == StmMemory::kStore ? StmMemory::kRecompute : shared.memory;
  plan_pass(graph, {heads, key_width, value_width}, {form, memory}, *pass);
  stm_forward<T>(graph, inputs, heads_in_columns(y.value, heads, value_width), pass->plan, *workspace,
                 tape.records() ? &pass->states : nullptr);
  const StmGraph* g = &graph;
  tape.on_backward(y, [=, &tape](const T* dy) {
    const auto add_to = [heads, &tape](const Var<T>& var) {
      return heads_in_columns(tape.gradient(var), heads, var.cols / heads);
    };
    stm_backward<T>(*g, inputs, heads_in_columns<const T>(dy, heads, value_width),
                    {add_to(v.query), add_to(v.key), add_to(v.value), add_to(v.source), add_to(v.transition),
                     add_to(v.mark), add_to(v.direct)},
                    pass->plan, *workspace, &pass->states);
  });
  return y;
}

namespace {

template <class T>
LinearPart<T> part_of(Tape<T>& tape, const LinearLayer& layer, Index first_column, bool bias = true) {
  return {tape.parameter(layer.weight), first_column, bias ? tape.parameter(layer.bias) : Var<T>{}};
}

// Gates from one value per slot of a node.
template <class T>
void add_slot_gates(Tape<T>& tape, const StmLayer& layer, const StmGraph& graph, Var<T> x, StmVars<T>& vars) {
  const StmLayerOptions& o = layer.options;
  if (graph.max_degree() > o.max_degree) {
    throw GraphError(
        fmt::format("pLSTM node layer: a node has {} in- or out-edges, the layer serves at most {}; make it "
                    "with a larger max_degree",
                    graph.max_degree(), o.max_degree));
  }
  const std::array<LinearPart<T>, 4> parts{part_of(tape, layer.direct, 0), part_of(tape, layer.source, 0),
                                           part_of(tape, layer.mark, 0), part_of(tape, layer.transition, 0)};
  const Var<T> z = linear_stack<T>(tape, x, parts);
  const Index slots = o.heads * o.max_degree;
  vars.direct = node_gate(tape, Columns<T>(z, 0, o.heads));
  vars.source = slot_gate(tape, graph, EdgeEnd::kTail, Columns<T>(z, o.heads, slots), o.heads);
  vars.mark = slot_gate(tape, graph, EdgeEnd::kHead, Columns<T>(z, o.heads + slots, slots), o.heads);
  vars.transition =
      slot_transition(tape, graph, o.mode, Columns<T>(z, o.heads + 2 * slots, slots * o.max_degree), o.heads);
}

// Gates from edges and the nodes at them: sums of a part of the node and parts of the edges.
template <class T>
void add_edge_gates(Tape<T>& tape, const StmLayer& layer, const StmGraph& graph, Var<T> x,
                    Var<T> edge_features, StmVars<T>& vars) {
  const StmLayerOptions& o = layer.options;
  check_shape("pLSTM edge layer", "edge_features", {edge_features.rows, edge_features.cols},
              {graph.num_edges, o.edge_width});
  const std::array<LinearPart<T>, 4> node_parts{
      part_of(tape, layer.direct, 0), part_of(tape, layer.source, 0, false),
      part_of(tape, layer.mark, 0, false), part_of(tape, layer.transition, 2 * o.edge_width)};
  const std::array<LinearPart<T>, 4> edge_parts{
      part_of(tape, layer.source, o.width), part_of(tape, layer.mark, o.width),
      part_of(tape, layer.transition, 0, false), part_of(tape, layer.transition, o.edge_width, false)};
  const Var<T> nodes = linear_stack<T>(tape, x, node_parts);
  const Var<T> edges = linear_stack<T>(tape, edge_features, edge_parts);
  const auto part = [&o](Var<T> z, Index i) { return Columns<T>(z, i * o.heads, o.heads); };
  vars.direct = node_gate(tape, part(nodes, 0));
  vars.source = end_gate(tape, graph, EdgeEnd::kTail, part(nodes, 1), part(edges, 0));
  vars.mark = end_gate(tape, graph, EdgeEnd::kHead, part(nodes, 2), part(edges, 1));
  vars.transition = edge_transition(tape, graph, o.mode, part(edges, 2), part(edges, 3), part(nodes, 3));
}

}  // namespace

template <class T>
Var<T> apply(Tape<T>& tape, const StmLayer& layer, const StmGraph& graph, Var<T> x, Var<T> edge_features) {
  const StmLayerOptions& o = layer.options;
  StmVars<T> vars;
  vars.query = apply(tape, layer.query, x);
  vars.key = apply(tape, layer.key, x);
  vars.value = apply(tape, layer.value, x);
  if (o.kind == StmLayerKind::kNode) {
    add_slot_gates(tape, layer, graph, x, vars);
  } else {
    add_edge_gates(tape, layer, graph, x, edge_features, vars);
  }
  const Var<T> y = stm(tape, graph, vars, o.heads, o.form);
  return apply(tape, layer.out, head_rms_norm(tape, y, tape.parameter(layer.norm_scale), o.epsilon));
}

#define PLSTM_INSTANTIATE(T)                                                            \
  template void set_stm_memory<T>(Tape<T>&, StmMemory);                                 \
  template Var<T> stm<T>(Tape<T>&, const StmGraph&, const StmVars<T>&, Index, StmForm); \
  template Var<T> apply<T>(Tape<T>&, const StmLayer&, const StmGraph&, Var<T>, Var<T>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
