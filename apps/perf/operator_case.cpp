#include "operator_case.hpp"

#include <algorithm>

#include <plstm/graph/line_graph.hpp>

#include "support/measure/multiply_adds.hpp"

namespace plstm::perf {

OperatorCase::OperatorCase(const Dag& dag, bench::OperandSizes sizes)
    : graph_(make_stm_graph(dag, make_line_graph(dag))), sizes_(sizes), operands_(graph_, sizes) {}

double OperatorCase::forward_multiply_adds() const {
  return bench::recurrent_multiply_adds(graph_, sizes_.heads, sizes_.key_width, sizes_.value_width).forward;
}

double OperatorCase::frontier_bytes() const {
  EdgeId widest = 0, begin = 0;
  for (const EdgeId end : graph_.level_offsets) {
    widest = std::max(widest, end - begin);
    begin = end;
  }
  return static_cast<double>(widest * sizes_.heads * sizes_.key_width * sizes_.value_width) * sizeof(float);
}

}  // namespace plstm::perf
