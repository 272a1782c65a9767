// The operator in float, forward and backward, in both forms, on the whole line graph (P-mode).
#include <algorithm>

#include <plstm/core/random.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/stm/operator.hpp>

#include "benchmarks.hpp"
#include "multiply_adds.hpp"

namespace plstm::microbench {
namespace {

// The widths of the paper's model.
constexpr Index kHeads = 4;
constexpr Index kWidth = 24;

// Uniform in [low, high).
std::vector<float> random_values(Index size, double low, double high, Random& random) {
  std::vector<float> values(static_cast<std::size_t>(size));
  for (float& value : values) value = static_cast<float>(low + (high - low) * random.uniform());
  return values;
}

StmGraph lay_out(const GraphCase& graph_case) {
  StmGraph all;
  for (const AttributedGraph& graph : graph_case.graphs) {
    all.append(make_stm_graph(graph.dag, make_line_graph(graph.dag)));
  }
  return all;
}

// Inputs, output and gradients of one call.
class Operands {
 public:
  explicit Operands(const StmGraph& graph)
      : graph_(graph),
        random_(3),
        query_(random_values(graph.num_nodes * kHeads * kWidth, -1, 1, random_)),
        key_(random_values(graph.num_nodes * kHeads * kWidth, -1, 1, random_)),
        value_(random_values(graph.num_nodes * kHeads * kWidth, -1, 1, random_)),
        source_(random_values(graph.num_edges * kHeads, 0, 1, random_)),
        transition_(random_values(graph.num_line_edges * kHeads, 0.9, 1, random_)),
        mark_(random_values(graph.num_edges * kHeads, 0, 1, random_)),
        direct_(random_values(graph.num_nodes * kHeads, 0, 1, random_)),
        output_(query_.size()),
        output_gradient_(random_values(graph.num_nodes * kHeads * kWidth, -1, 1, random_)) {
    // The sum over the predecessors of an edge stays below 1, or the states of deep graphs overflow.
    for (std::size_t e = 0; e + 1 < graph.predecessor_offsets.size(); ++e) {
      const std::int32_t begin = graph.predecessor_offsets[e], end = graph.predecessor_offsets[e + 1];
      for (std::int32_t i = begin; i < end; ++i) {
        const Index line_edge = graph.predecessor_line_edges[static_cast<std::size_t>(i)];
        for (Index h = 0; h < kHeads; ++h) {
          transition_[static_cast<std::size_t>(line_edge * kHeads + h)] /= static_cast<float>(end - begin);
        }
      }
    }
    for (const auto* values : {&query_, &key_, &value_, &source_, &transition_, &mark_, &direct_}) {
      gradients_.emplace_back(values->size());
    }
  }

  void forward(StmForm form) {
    stm_forward<float>(graph_, inputs(), heads_in_columns(output_.data(), kHeads, kWidth), form, workspace_);
  }

  void backward(StmForm form) {
    const auto rows = [&](std::size_t i, Index width) {
      return heads_in_columns(gradients_[i].data(), kHeads, width);
    };
    stm_backward<float>(
        graph_, inputs(), heads_in_columns<const float>(output_gradient_.data(), kHeads, kWidth),
        {rows(0, kWidth), rows(1, kWidth), rows(2, kWidth), rows(3, 1), rows(4, 1), rows(5, 1), rows(6, 1)},
        form, workspace_);
  }

 private:
  StmInputs<float> inputs() const {
    const auto rows = [](const std::vector<float>& values, Index width) {
      return heads_in_columns<const float>(values.data(), kHeads, width);
    };
    return {kHeads,
            kWidth,
            kWidth,
            rows(query_, kWidth),
            rows(key_, kWidth),
            rows(value_, kWidth),
            rows(source_, 1),
            rows(transition_, 1),
            rows(mark_, 1),
            rows(direct_, 1)};
  }

  const StmGraph& graph_;
  Random random_;
  std::vector<float> query_, key_, value_, source_, transition_, mark_, direct_, output_, output_gradient_;
  std::vector<std::vector<float>> gradients_;
  StmWorkspace<float> workspace_;
};

enum class Pass { kForward, kBackward };

void run(benchmark::State& state, const Workload& workload, const GraphCase& graph_case, Pass pass,
         StmForm form) {
  const StmGraph graph = lay_out(graph_case);
  Operands operands(graph);
  const double seconds = time_iterations(
      state, [&] { pass == Pass::kForward ? operands.forward(form) : operands.backward(form); });
  const OperatorWork work = form == StmForm::kClosed ? closed_multiply_adds(graph, kHeads, kWidth, kWidth)
                                                     : recurrent_multiply_adds(graph, kHeads, kWidth, kWidth);
  state.counters["edges/s"] = rate(graph.num_edges);
  count_multiply_adds(state, workload, pass == Pass::kForward ? work.forward : work.backward, seconds);
  state.SetLabel(std::to_string(graph.num_nodes) + " nodes, " + std::to_string(graph.num_edges) + " edges, " +
                 std::to_string(graph.num_line_edges) + " line edges");
}

}  // namespace

void register_operator(const Workload& workload) {
  for (const GraphCase& c : workload.graphs) {
    for (const Pass pass : {Pass::kForward, Pass::kBackward}) {
      for (const StmForm form : {StmForm::kRecurrent, StmForm::kClosed}) {
        add_benchmark(std::string("operator/") + (pass == Pass::kForward ? "forward/" : "backward/") +
                          (form == StmForm::kClosed ? "closed/" : "recurrent/") + c.name,
                      [&workload, &c, pass, form](benchmark::State& s) { run(s, workload, c, pass, form); });
      }
    }
  }
}

}  // namespace plstm::microbench
