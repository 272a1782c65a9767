#pragma once

#include <cstddef>

#include <plstm/graph/dag.hpp>

#include "support/measure/operands.hpp"

namespace plstm::perf {

/// The operator on one DAG with its whole line graph (P-mode).
class OperatorCase {
 public:
  OperatorCase(const Dag& dag, bench::OperandSizes sizes);

  const StmGraph& graph() const { return graph_; }
  bench::Operands& operands() { return operands_; }

  /// Multiply-adds of the recurrent form.
  double forward_multiply_adds() const;

  /// Bytes of the states of the widest level, for all heads.
  double frontier_bytes() const;

 private:
  StmGraph graph_;
  bench::OperandSizes sizes_;
  bench::Operands operands_;
};

}  // namespace plstm::perf
