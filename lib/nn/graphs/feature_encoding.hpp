#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/graph_model_config.hpp>
#include <plstm/nn/shared/linear.hpp>
#include <plstm/stm/graphs/stm_graph.hpp>

// How features of nodes and edges become rows of numbers that a graph model works on.
namespace plstm {

/// Parameters "<name>" of embeddings [sum of sizes, width].
ParameterId add_embedding_table(ParameterLayout& layout, const std::string& name,
                                const std::vector<std::int32_t>& sizes, Index width);

/// Real features and codes of all nodes, or of all edges, of a batch.
struct FeatureColumns {
  const char* what;  ///< "node" or "edge", for messages
  const std::vector<float>& values;
  const std::vector<std::int32_t>& codes;
  Index rows;
};

/// The encodings [rows, D] of values and codes, added up; nothing if the model reads neither. Throws ShapeError naming
/// the row and column of a value that is not finite.
template <class T>
std::optional<Var<T>> encode_features(Tape<T>& tape, const FeatureColumns& columns, const LinearLayer& linear,
                                      ParameterId table, const std::vector<std::int32_t>& first_rows);

/// sin(d w_i) at even and cos(d w_i) at odd columns for nodes of degree d, in plus out; w_i = 10000^(-2i/D).
template <class T>
Var<T> degree_encodings(Tape<T>& tape, const StmGraph& graph, Index width);

/// Where the decoder's first weight, [width, all that it reads], has the columns of its second part, the values of graphs.
Index second_columns(const GraphModelConfig& config);

/// Throws ShapeError "<what> <row>: value <x> in column <c> is not finite, ..." for the first such value.
void check_finite(const char* what, const std::vector<float>& values, Index rows);

}  // namespace plstm
