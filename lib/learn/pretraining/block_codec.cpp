#include "learn/pretraining/block_codec.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/files/packed_bytes.hpp>
#include <plstm/graph/dag.hpp>

namespace plstm {
namespace {

constexpr int kSteps = 127;  // on each side of the mean
constexpr std::uint8_t kMissing = 255;
constexpr std::int64_t kMostItems = 65535;  // nodes or edges of a graph

// 0 .. 254; kSteps is the mean.
std::uint8_t encode(float value, double mean, double scale) {
  if (std::isnan(value)) return kMissing;
  const double standardised = (static_cast<double>(value) - mean) / scale;
  const double steps = std::round(standardised / static_cast<double>(kTargetLimit) * kSteps);
  return static_cast<std::uint8_t>(std::clamp(steps, -127.0, 127.0) + kSteps);
}

float decode(std::uint8_t byte) {
  if (byte == kMissing) return std::numeric_limits<float>::quiet_NaN();
  return static_cast<float>(static_cast<int>(byte) - kSteps) * (kTargetLimit / kSteps);
}

class Bytes {
 public:
  void put(std::uint8_t value) { bytes_.push_back(value); }
  void put16(std::int64_t value) {
    put(static_cast<std::uint8_t>(value & 255));
    put(static_cast<std::uint8_t>(value >> 8));
  }
  const std::vector<std::uint8_t>& all() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint8_t get() {
    if (bytes_.empty()) throw FileError("a block ends too early");
    const auto value = static_cast<std::uint8_t>(bytes_.front());
    bytes_ = bytes_.subspan(1);
    return value;
  }
  std::int32_t get16() {
    const std::int32_t low = get();
    return low | get() << 8;
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::span<const std::byte> bytes_;
};

void require(bool condition, const char* what) {
  if (!condition) throw ShapeError(fmt::format("pretraining set: {}", what));
}

void put_codes(const std::vector<std::int32_t>& codes, std::span<const std::int32_t> sizes, Bytes& bytes) {
  for (std::size_t i = 0; i < codes.size(); ++i) {
    require(codes[i] >= 0 && codes[i] < sizes[i % sizes.size()], "a graph has a code outside its vocabulary");
    bytes.put(static_cast<std::uint8_t>(codes[i]));
  }
}

std::vector<std::int32_t> get_codes(Cursor& cursor, std::int32_t items, std::span<const std::int32_t> sizes) {
  std::vector<std::int32_t> codes(static_cast<std::size_t>(items) * sizes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    codes[i] = cursor.get();
    if (codes[i] >= sizes[i % sizes.size()]) throw FileError("a block has a code outside its vocabulary");
  }
  return codes;
}

void put_graph(const PretrainingHeader& header, const AttributedGraph& graph, Bytes& bytes) {
  require(graph.node_value_width == 0 && graph.edge_value_width == 0 && graph.graph_value_width == 0,
          "graphs with real values are not stored; features have to be codes");
  require(graph.node_code_width == std::ssize(header.node_vocabulary_sizes) &&
              graph.edge_code_width == std::ssize(header.edge_vocabulary_sizes),
          "the codes of a graph do not fit the vocabularies");
  check_attributed_graph(graph);
  require(graph.dag.num_nodes() <= kMostItems && graph.dag.num_edges() <= kMostItems,
          "a graph has more than 65535 nodes or edges");
  bytes.put16(graph.dag.num_nodes());
  bytes.put16(graph.dag.num_edges());
  put_codes(graph.node_codes, header.node_vocabulary_sizes, bytes);
  for (EdgeId edge = 0; edge < graph.dag.num_edges(); ++edge) {
    bytes.put16(graph.dag.tail(edge));
    bytes.put16(graph.dag.head(edge));
  }
  put_codes(graph.edge_codes, header.edge_vocabulary_sizes, bytes);
}

AttributedGraph get_graph(const PretrainingHeader& header, Cursor& cursor) {
  AttributedGraph graph;
  graph.node_code_width = static_cast<std::int32_t>(header.node_vocabulary_sizes.size());
  graph.edge_code_width = static_cast<std::int32_t>(header.edge_vocabulary_sizes.size());
  const std::int32_t nodes = cursor.get16();
  const std::int32_t edges = cursor.get16();
  graph.node_codes = get_codes(cursor, nodes, header.node_vocabulary_sizes);
  std::vector<Arc> list;
  list.reserve(static_cast<std::size_t>(edges));
  for (std::int32_t i = 0; i < edges; ++i) {
    const NodeId tail = cursor.get16();
    list.push_back({tail, cursor.get16()});
  }
  graph.dag = Dag(nodes, std::move(list));
  graph.edge_codes = get_codes(cursor, edges, header.edge_vocabulary_sizes);
  return graph;
}

}  // namespace

std::vector<std::byte> pack_block(const PretrainingHeader& header, std::span<const AttributedGraph> graphs,
                                  std::span<const float> values) {
  const std::size_t columns = header.target_names.size();
  require(values.size() == graphs.size() * columns, "the values do not fill a row for each graph");
  Bytes bytes;
  for (std::size_t k = 0; k < columns; ++k) {
    for (std::size_t i = 0; i < graphs.size(); ++i) {
      bytes.put(encode(values[i * columns + k], header.mean[k], header.scale[k]));
    }
  }
  for (const AttributedGraph& graph : graphs) put_graph(header, graph, bytes);
  return pack_bytes(std::as_bytes(std::span(bytes.all())));
}

std::size_t most_block_bytes(const PretrainingHeader& header, std::int64_t count) {
  const std::size_t node = header.node_vocabulary_sizes.size();
  const std::size_t edge = header.edge_vocabulary_sizes.size() + 4;
  return static_cast<std::size_t>(count) *
         (header.target_names.size() + 4 + static_cast<std::size_t>(kMostItems) * (node + edge));
}

PretrainingBlock unpack_block(const PretrainingHeader& header, std::span<const std::byte> packed,
                              std::int64_t count) {
  const std::vector<std::byte> bytes = unpack_bytes(packed, most_block_bytes(header, count));
  Cursor cursor(bytes);
  const std::size_t columns = header.target_names.size();
  const auto rows = static_cast<std::size_t>(count);
  PretrainingBlock block;
  block.targets.resize(rows * columns);
  for (std::size_t k = 0; k < columns; ++k) {
    for (std::size_t i = 0; i < rows; ++i) block.targets[i * columns + k] = decode(cursor.get());
  }
  try {
    for (std::size_t i = 0; i < rows; ++i) block.graphs.push_back(get_graph(header, cursor));
  } catch (const GraphError& error) {
    throw FileError(fmt::format("a block has a graph that is none: {}", error.what()));
  }
  if (!cursor.at_end()) throw FileError("a block has bytes too many");
  return block;
}

}  // namespace plstm
