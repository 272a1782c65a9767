#pragma once

#include <filesystem>
#include <string>

namespace plstm::apps {

/// Makes the folder and those above it. Throws FileError that names --output-dir as the way out.
void make_folder(const std::filesystem::path& path);

/// Writes text under a final name in one piece.
void write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace plstm::apps
