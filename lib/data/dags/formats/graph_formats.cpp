#include "data/dags/formats/graph_formats.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/data/files/input_file.hpp>

#include "data/files/fail_at.hpp"

namespace plstm {

namespace {

namespace fs = std::filesystem;

constexpr std::array<Named<GraphFormat>, 8> kNames{{{GraphFormat::kNodeLink, "node-link"},
                                                    {GraphFormat::kNodeLinkLines, "node-link-lines"},
                                                    {GraphFormat::kGraphml, "graphml"},
                                                    {GraphFormat::kDot, "dot"},
                                                    {GraphFormat::kTables, "tables"},
                                                    {GraphFormat::kTu, "tu"},
                                                    {GraphFormat::kAiger, "aiger"},
                                                    {GraphFormat::kPlstm, "plstm"}}};

constexpr std::array<Named<GraphFormat>, 12> kEndings{{{GraphFormat::kNodeLink, ".json"},
                                                       {GraphFormat::kNodeLinkLines, ".jsonl"},
                                                       {GraphFormat::kNodeLinkLines, ".ndjson"},
                                                       {GraphFormat::kGraphml, ".graphml"},
                                                       {GraphFormat::kGraphml, ".xml"},
                                                       {GraphFormat::kDot, ".dot"},
                                                       {GraphFormat::kDot, ".gv"},
                                                       {GraphFormat::kTables, ".csv"},
                                                       {GraphFormat::kTables, ".tsv"},
                                                       {GraphFormat::kAiger, ".aig"},
                                                       {GraphFormat::kAiger, ".aag"},
                                                       {GraphFormat::kPlstm, ".graphs"}}};

// Whether the text has a line that is a JSON object as a whole, and goes on after it.
bool has_line_of_json(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return false;
  std::string_view line = text.substr(0, end);
  while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
  const auto opened = std::ranges::count(line, '{');
  return line.ends_with('}') && opened == std::ranges::count(line, '}') &&
         text.substr(end).find('{') != std::string_view::npos;
}

bool is_table_of_edges(const fs::path& file) {
  const std::string name = file.filename().string();
  return name == "edges.csv" || name == "edges.tsv" || name == "edges.csv.gz" || name == "edges.tsv.gz";
}

bool is_tu_list(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.ends_with("_A.txt") || name.ends_with("_A.txt.gz");
}

// The files of a folder, but for hidden ones, in the order of their names.
std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  try {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (!entry.is_directory() && !entry.path().filename().string().starts_with('.')) {
        files.push_back(entry.path());
      }
    }
  } catch (const fs::filesystem_error& error) {
    fail_at(folder.string(), "the folder cannot be read: " + error.code().message());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::string_view name(GraphFormat format) {
  return name_of(kNames, format);
}

GraphFormat parse_graph_format(std::string_view name) {
  return parse_named(kNames, "format of graphs", name);
}

std::optional<GraphFormat> format_by_ending(const fs::path& path) {
  const std::string ending = kind_of_file(path);
  const auto found = std::ranges::find(kEndings, ending, &Named<GraphFormat>::name);
  if (found == kEndings.end()) return std::nullopt;
  return found->value;
}

GraphFormat format_by_beginning(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.starts_with("aig ") || text.starts_with("aag ")) return GraphFormat::kAiger;
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const auto begins = [&](std::string_view word) { return text.starts_with(word); };
  if (begins("plstm-graphs")) return GraphFormat::kPlstm;
  if (begins("{")) return has_line_of_json(text) ? GraphFormat::kNodeLinkLines : GraphFormat::kNodeLink;
  if (begins("[")) return GraphFormat::kNodeLink;
  if (begins("<")) return GraphFormat::kGraphml;
  if (begins("//") || begins("/*") || begins("digraph")) return GraphFormat::kDot;
  // A table may have a column "graph".
  const std::string_view line = text.substr(0, text.find('\n'));
  const std::size_t mark = line.find_first_of("{,;\t");
  const bool column = mark != std::string_view::npos && line[mark] != '{';
  if ((begins("graph") || begins("strict")) && !column) return GraphFormat::kDot;
  return GraphFormat::kTables;
}

std::vector<GraphFile> find_graph_files(const fs::path& path, std::optional<GraphFormat> format) {
  std::error_code ignored;
  if (path == "-" || !fs::is_directory(path, ignored)) {
    return {{path, format ? format : format_by_ending(path)}};
  }
  const std::vector<fs::path> files = files_of(path);
  const auto any = [&](auto&& is) { return std::ranges::any_of(files, is); };
  if (format == GraphFormat::kTu || (!format && any(is_tu_list))) return {{path, GraphFormat::kTu}};
  const bool tables = !format || format == GraphFormat::kTables;
  if (tables && any(is_table_of_edges)) return {{path, GraphFormat::kTables}};
  std::vector<GraphFile> found;
  for (const fs::path& file : files) {
    const std::optional<GraphFormat> own = format_by_ending(file);
    // The reader of node-link JSON takes one graph a line, too.
    const bool lines = own == GraphFormat::kNodeLinkLines && format == GraphFormat::kNodeLink;
    if (own && (!format || own == format || lines)) found.push_back({file, own});
  }
  const auto is_table = [](const GraphFile& file) { return file.format == GraphFormat::kTables; };
  if (!std::ranges::all_of(found, is_table)) std::erase_if(found, is_table);
  if (found.empty()) {
    std::string endings;
    for (const auto& [value, ending] : kEndings) {
      if (!format || value == *format) endings.append(endings.empty() ? "" : ", ").append(ending);
    }
    fail_at(path.string(), "the folder has no graphs: no file ends in " + endings + ", with or without .gz" +
                               (format ? "" : ", and there is no file *_A.txt of a set in TU format"));
  }
  return found;
}

}  // namespace plstm
