#include "support/measure/operands.hpp"

#include <plstm/core/parallel.hpp>

#include "support/measure/clock.hpp"
#include "support/measure/random_values.hpp"

namespace plstm::bench {

Operands::Operands(const StmGraph& graph, OperandSizes sizes)
    : graph_(graph),
      sizes_(sizes),
      query_(random_values(graph.num_nodes * sizes.heads * sizes.key_width, -1, 1, 1)),
      key_(random_values(graph.num_nodes * sizes.heads * sizes.key_width, -1, 1, 2)),
      value_(random_values(graph.num_nodes * sizes.heads * sizes.value_width, -1, 1, 3)),
      source_(random_values(graph.num_edges * sizes.heads, 0, 1, 4)),
      transition_(random_values(graph.num_line_edges * sizes.heads, 0.9, 1, 5)),
      mark_(random_values(graph.num_edges * sizes.heads, 0, 1, 6)),
      direct_(random_values(graph.num_nodes * sizes.heads, 0, 1, 7)),
      output_(value_.size()) {
  // The sum over the predecessors of an edge stays below 1, or the states of deep graphs overflow.
  const auto heads = static_cast<std::size_t>(sizes.heads);
  parallel_for(static_cast<std::size_t>(graph.num_edges), 1 << 12, [&](std::size_t e) {
    const LineEdgeId begin = graph.predecessor_offsets[e], end = graph.predecessor_offsets[e + 1];
    for (LineEdgeId i = begin; i < end; ++i) {
      const auto line_edge =
          static_cast<std::size_t>(graph.predecessor_line_edges[static_cast<std::size_t>(i)]);
      for (std::size_t h = 0; h < heads; ++h) {
        transition_[line_edge * heads + h] /= static_cast<float>(end - begin);
      }
    }
  });
}

void Operands::forward(StmForm form) {
  stm_forward<float>(graph_, inputs(), heads_in_columns(output_.data(), sizes_.heads, sizes_.value_width),
                     planned(form), workspace_);
}

void Operands::forward_to_train(StmForm form) {
  stm_forward<float>(graph_, inputs(), heads_in_columns(output_.data(), sizes_.heads, sizes_.value_width),
                     planned(form), workspace_, &states_);
}

double Operands::plan(StmForm form) {
  plan_threads_ = num_threads();
  return seconds_of([&] {
    make_stm_plan(graph_, {sizes_.heads, sizes_.key_width, sizes_.value_width}, form, plan_);
  });
}

const StmPlan& Operands::planned(StmForm form) {
  if (plan_threads_ != num_threads() || plan_.options.form != form) plan(form);
  return plan_;
}

void Operands::backward(StmForm form) {
  if (gradients_.empty()) allocate_gradients();
  const auto rows = [&](std::size_t i, Index width) {
    return heads_in_columns(gradients_[i].data(), sizes_.heads, width);
  };
  const Index k = sizes_.key_width, v = sizes_.value_width;
  stm_backward<float>(graph_, inputs(),
                      heads_in_columns<const float>(output_gradient_.data(), sizes_.heads, v),
                      {rows(0, k), rows(1, k), rows(2, v), rows(3, 1), rows(4, 1), rows(5, 1), rows(6, 1)},
                      planned(form), workspace_, &states_);
}

std::size_t Operands::forward_bytes() const {
  std::size_t values = output_.size();
  for (const auto* input : {&query_, &key_, &value_, &source_, &transition_, &mark_, &direct_}) {
    values += input->size();
  }
  return values * sizeof(float);
}

StmInputs<float> Operands::inputs() const {
  const auto rows = [&](const std::vector<float>& values, Index width) {
    return heads_in_columns<const float>(values.data(), sizes_.heads, width);
  };
  return {sizes_.heads,
          sizes_.key_width,
          sizes_.value_width,
          rows(query_, sizes_.key_width),
          rows(key_, sizes_.key_width),
          rows(value_, sizes_.value_width),
          rows(source_, 1),
          rows(transition_, 1),
          rows(mark_, 1),
          rows(direct_, 1)};
}

void Operands::allocate_gradients() {
  output_gradient_ = random_values(static_cast<Index>(output_.size()), -1, 1, 8);
  for (const auto* input : {&query_, &key_, &value_, &source_, &transition_, &mark_, &direct_}) {
    gradients_.emplace_back(input->size());
  }
}

}  // namespace plstm::bench
