#include "plstm/data/files/output_file.hpp"

#include <algorithm>
#include <cctype>
#include <string>

#include <plstm/core/files/atomic_file.hpp>

#include "data/files/gzip.hpp"

namespace plstm {
namespace fs = std::filesystem;

namespace {

// As readers tell it, so that "A.CSV.GZ" is no text.
bool is_compressed_name(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".gz";
}

}  // namespace

struct OutputFile::Impl {
  explicit Impl(const fs::path& path) : file(path, {.dash_is_standard_output = true}) {
    if (!is_compressed_name(path)) return;
    buffer = std::make_unique<PackingBuffer>(file.stream());
    packed.rdbuf(buffer.get());
  }

  AtomicFile file;
  std::unique_ptr<PackingBuffer> buffer;
  std::ostream packed{nullptr};
};

OutputFile::OutputFile(const fs::path& path) : impl_(std::make_unique<Impl>(path)) {}
OutputFile::~OutputFile() = default;
OutputFile::OutputFile(OutputFile&&) noexcept = default;
OutputFile& OutputFile::operator=(OutputFile&&) noexcept = default;

std::ostream& OutputFile::stream() noexcept {
  return impl_->buffer != nullptr ? impl_->packed : impl_->file.stream();
}

void OutputFile::commit() {
  if (impl_->buffer != nullptr) impl_->buffer->finish();
  impl_->file.commit();
}

}  // namespace plstm
