#include "output_folder.hpp"

#include <system_error>

#include <fmt/format.h>

#include <plstm/core/atomic_file.hpp>
#include <plstm/core/error.hpp>

namespace plstm::apps {

void make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path)) {
    throw FileError(fmt::format("{}: the output folder cannot be made ({}); choose another with --output-dir",
                                path.string(), error ? error.message() : "a file of that name exists"));
  }
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  AtomicFile file(path);
  file.stream() << text;
  file.commit();
}

}  // namespace plstm::apps
