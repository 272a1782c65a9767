#include "plstm/data/files/output_file.hpp"

#include <plstm/core/files/atomic_file.hpp>

#include "data/files/gzip.hpp"

namespace plstm {
namespace fs = std::filesystem;

struct OutputFile::Impl {
  explicit Impl(const fs::path& path) : file(path, {.dash_is_standard_output = true}) {
    if (path.extension() != ".gz") return;
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
