#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include <plstm/data/dags/formats/read_graphs.hpp>

namespace plstm {

/// The format that files with this ending have; none for an ending that says nothing.
std::optional<GraphFormat> format_by_ending(const std::filesystem::path& path);

/// The format of a file that begins so. Text of no other format counts as a table.
GraphFormat format_by_beginning(std::string_view text);

struct GraphFile {
  std::filesystem::path path;
  std::optional<GraphFormat> format;
};

/// What is to be read: the path itself, or the files of a folder, sorted. Throws FileError if there are none, and for a
/// folder that cannot be read.
std::vector<GraphFile> find_graph_files(const std::filesystem::path& path, std::optional<GraphFormat> format);

}  // namespace plstm
