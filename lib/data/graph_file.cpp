#include "plstm/data/graph_file.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <istream>
#include <limits>
#include <ostream>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/data/files/input_file.hpp>
#include <plstm/data/files/output_file.hpp>
#include <plstm/data/number.hpp>

namespace plstm {

namespace {

constexpr std::string_view kFormat = "plstm-graphs";
constexpr std::string_view kVersion = "1";
constexpr std::string_view kMissing = "?";
constexpr std::int32_t kMostColumns = 1 << 16;

// Lines of a file, word by word.
class GraphFileReader {
 public:
  GraphFileReader(std::istream& stream, std::string name) : name_(std::move(name)), stream_(stream) {}

  GraphSet read() {
    if (!next_line()) throw FileError(name_ + ": is empty");
    if (take_word() != kFormat) fail(fmt::format("does not begin with '{}': this is no graph file", kFormat));
    if (const std::string_view version = take_word("version"); version != kVersion) {
      fail(fmt::format("names version '{}' of the format, expected {}", version, kVersion));
    }
    expect_end();
    GraphSet set;
    bool more = next_line();
    for (; more && read_header(set, take_word()); more = next_line()) continue;
    for (; more; more = next_line()) read_graph(set);
    return set;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw FileError(fmt::format("{}: line {} {}", name_, number_, problem));
  }

  // Goes to the next line that is not empty and no comment.
  bool next_line() {
    do {
      std::getline(stream_, line_);
      if (stream_.bad()) throw FileError(name_ + ": cannot be read");
      if (!stream_) return false;
      ++number_;
      if (line_.ends_with('\r')) line_.pop_back();
      if (line_.find('\r') != std::string::npos) fail("has a carriage return before its end");
      rest_ = trim(line_);
    } while (rest_.empty() || rest_.front() == '#');
    return true;
  }

  // The next word of the line; empty at its end.
  std::string_view take_word() {
    const std::size_t end = std::min(rest_.find_first_of(" \t"), rest_.size());
    const std::string_view word = rest_.substr(0, end);
    rest_ = trim(rest_.substr(end));
    return word;
  }

  std::string_view take_word(const char* what) {
    const std::string_view word = take_word();
    if (word.empty()) fail(fmt::format("ends where {} should stand", what));
    return word;
  }

  std::int32_t take_integer(const char* what, std::int32_t least, std::int32_t most) {
    const std::string_view word = take_word(what);
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || value < least || value > most) {
      fail(fmt::format("has '{}' as {}, expected {}..{}", word, what, least, most));
    }
    return value;
  }

  float parse(std::string_view word, const char* what) const {
    try {
      return parse_float(word);
    } catch (const FileError& error) {
      fail(fmt::format("has no {}: {}", what, error.what()));
    }
  }

  void expect_end() {
    if (!rest_.empty()) fail(fmt::format("has '{}' too many at its end", rest_));
  }

  // False if the line belongs to the first graph and not to the header.
  bool read_header(GraphSet& set, std::string_view keyword) {
    const std::string key(keyword);
    if (key == "graph") {
      rest_ = trim(line_);
      return false;
    }
    if (key == "label") {
      if (rest_.empty()) fail("has no name for the label");
      set.label_names.emplace_back(rest_);
      return true;
    }
    if (std::find(headers_.begin(), headers_.end(), key) != headers_.end()) {
      fail(fmt::format("says {} for the second time", key));
    }
    headers_.push_back(key);
    if (key == "parallel_edges") {
      parallel_ = ParallelEdges::kKeep;
    } else if (key == "node_codes" || key == "edge_codes") {
      auto& sizes = key == "node_codes" ? set.node_vocabulary_sizes : set.edge_vocabulary_sizes;
      do {
        sizes.push_back(take_integer("vocabulary size", 1, std::numeric_limits<std::int32_t>::max()));
      } while (!rest_.empty());
    } else if (key == "node_values" || key == "edge_values") {
      (key == "node_values" ? set.node_value_width : set.edge_value_width) =
          take_integer("number of columns", 0, kMostColumns);
    } else {
      fail(
          fmt::format("begins with '{}', expected node_codes, node_values, edge_codes, edge_values, "
                      "parallel_edges, label or graph",
                      key));
    }
    expect_end();
    return true;
  }

  void expect_keyword(std::string_view keyword, const char* what, std::int32_t index, std::int32_t count) {
    if (!next_line()) {
      throw FileError(fmt::format("{}: ends before {} {} of {} of graph {} (line {})", name_, what, index,
                                  count, graph_, graph_line_));
    }
    if (const std::string_view word = take_word(); word != keyword) {
      fail(fmt::format("begins with '{}', expected '{}': {} {} of {} of graph {} (line {})", word, keyword,
                       what, index, count, graph_, graph_line_));
    }
  }

  void take_attributes(std::span<const std::int32_t> vocabulary_sizes, std::int32_t value_width,
                       std::vector<std::int32_t>& codes, std::vector<float>& values) {
    for (const std::int32_t size : vocabulary_sizes) codes.push_back(take_integer("code", 0, size - 1));
    for (std::int32_t i = 0; i < value_width; ++i) values.push_back(parse(take_word("value"), "value"));
    expect_end();
  }

  void take_labels(GraphSet& set) {
    for (std::size_t i = 0; i < set.label_names.size(); ++i) {
      const std::string_view word = take_word("label");
      const bool missing = word == kMissing;
      set.labels.push_back(missing ? 0.0f : parse(word, "label"));
      set.present.push_back(missing ? 0 : 1);
    }
    expect_end();
  }

  void read_graph(GraphSet& set) {
    constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
    graph_ = set.graphs.size();
    graph_line_ = number_;
    if (const std::string_view word = take_word(); word != "graph") {
      fail(fmt::format("begins with '{}', expected 'graph'", word));
    }
    const NodeId num_nodes = take_integer("number of nodes", 0, kMost);
    const EdgeId num_edges = take_integer("number of edges", 0, kMost);
    take_labels(set);
    AttributedGraph graph;
    graph.node_code_width = static_cast<std::int32_t>(set.node_vocabulary_sizes.size());
    graph.edge_code_width = static_cast<std::int32_t>(set.edge_vocabulary_sizes.size());
    graph.node_value_width = set.node_value_width;
    graph.edge_value_width = set.edge_value_width;
    for (NodeId node = 0; node < num_nodes; ++node) {
      expect_keyword("n", "node", node, num_nodes);
      take_attributes(set.node_vocabulary_sizes, set.node_value_width, graph.node_codes, graph.node_values);
    }
    std::vector<Arc> edges;  // grows with the lines read, as the number in the file may be wrong
    for (EdgeId edge = 0; edge < num_edges; ++edge) {
      expect_keyword("e", "edge", edge, num_edges);
      const NodeId tail = take_integer("tail", 0, num_nodes - 1);
      edges.push_back({tail, take_integer("head", 0, num_nodes - 1)});
      take_attributes(set.edge_vocabulary_sizes, set.edge_value_width, graph.edge_codes, graph.edge_values);
    }
    try {
      graph.dag = Dag(num_nodes, std::move(edges), parallel_);
    } catch (const GraphError& error) {
      throw FileError(fmt::format("{}: graph {} (line {}): {}", name_, graph_, graph_line_, error.what()));
    }
    set.graphs.push_back(std::move(graph));
  }

  std::string name_;
  std::istream& stream_;
  std::string line_;
  std::string_view rest_;  // the part of the line that is not read yet
  std::int64_t number_ = 0;
  std::vector<std::string> headers_;
  ParallelEdges parallel_ = ParallelEdges::kRefuse;
  std::size_t graph_ = 0;
  std::int64_t graph_line_ = 0;
};

void write_codes(std::ostream& out, const std::vector<std::int32_t>& codes, std::int32_t width,
                 std::int32_t row) {
  const auto first = codes.begin() + static_cast<std::ptrdiff_t>(row) * width;
  std::for_each(first, first + width, [&](std::int32_t code) { out << ' ' << code; });
}

void write_number(std::ostream& out, float value, std::size_t graph, const char* what) {
  if (!std::isfinite(value)) {
    throw FileError(fmt::format("write_graph_file: graph {} has a {} that is not finite", graph, what));
  }
  out << ' ' << format_number(value);
}

void write_values(std::ostream& out, const std::vector<float>& values, std::int32_t width, std::int32_t row,
                  std::size_t graph) {
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(row) * width;
  std::for_each(first, first + width, [&](float value) { write_number(out, value, graph, "value"); });
}

void write_header(std::ostream& out, const GraphSet& set, std::span<const std::string> comments) {
  const auto write_sizes = [&](const char* keyword, const std::vector<std::int32_t>& sizes) {
    if (!sizes.empty()) out << fmt::format("{} {}\n", keyword, fmt::join(sizes, " "));
  };
  out << kFormat << ' ' << kVersion << '\n';
  for (const std::string& comment : comments) out << "# " << printable(comment) << '\n';
  write_sizes("node_codes", set.node_vocabulary_sizes);
  if (set.node_value_width > 0) out << "node_values " << set.node_value_width << '\n';
  write_sizes("edge_codes", set.edge_vocabulary_sizes);
  if (set.edge_value_width > 0) out << "edge_values " << set.edge_value_width << '\n';
  const auto parallel = [](const AttributedGraph& graph) { return has_parallel_edges(graph.dag); };
  if (std::ranges::any_of(set.graphs, parallel)) out << "parallel_edges\n";
  for (const std::string& name : set.label_names) out << "label " << name << '\n';
}

void write_graph(std::ostream& out, const GraphSet& set, std::size_t index) {
  const AttributedGraph& graph = set.graphs[index];
  out << "graph " << graph.dag.num_nodes() << ' ' << graph.dag.num_edges();
  const std::size_t tasks = set.label_names.size();
  for (std::size_t i = index * tasks; i < (index + 1) * tasks; ++i) {
    if (set.present[i] == 0) {
      out << ' ' << kMissing;
    } else {
      write_number(out, set.labels[i], index, "label");
    }
  }
  out << '\n';
  for (NodeId node = 0; node < graph.dag.num_nodes(); ++node) {
    out << 'n';
    write_codes(out, graph.node_codes, graph.node_code_width, node);
    write_values(out, graph.node_values, graph.node_value_width, node, index);
    out << '\n';
  }
  for (EdgeId edge = 0; edge < graph.dag.num_edges(); ++edge) {
    out << "e " << graph.dag.tail(edge) << ' ' << graph.dag.head(edge);
    write_codes(out, graph.edge_codes, graph.edge_code_width, edge);
    write_values(out, graph.edge_values, graph.edge_value_width, edge, index);
    out << '\n';
  }
}

}  // namespace

GraphSet read_graph_file(const std::filesystem::path& path) {
  InputFile file(path);
  return read_graph_file(file.stream(), file.name());
}

GraphSet read_graph_file(std::istream& stream, const std::string& name) {
  return GraphFileReader(stream, name).read();
}

void write_graph_file(const std::filesystem::path& path, const GraphSet& set,
                      std::span<const std::string> comments) {
  check_graph_set(set);
  OutputFile file(path);
  write_header(file.stream(), set, comments);
  for (std::size_t i = 0; i < set.graphs.size(); ++i) write_graph(file.stream(), set, i);
  file.commit();
}

}  // namespace plstm
