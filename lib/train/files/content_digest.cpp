#include "content_digest.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>

namespace plstm {
namespace {

constexpr const char* kDigestKey = "plstm_sha256";

std::string digest_of(const TensorFile& file) {
  Sha256 digest;
  // Each text has its length before it, so that none can be taken for parts of two.
  const auto add = [&digest](std::string_view text) {
    digest.add(fmt::format("{}:", text.size()));
    digest.add(text);
  };
  for (const auto& [key, value] : file.metadata) {
    if (key == kDigestKey) continue;
    add(key);
    add(value);
  }
  std::vector<const Tensor*> tensors;
  for (const Tensor& tensor : file.tensors) tensors.push_back(&tensor);
  std::ranges::sort(tensors, {}, [](const Tensor* tensor) -> std::string_view { return tensor->name; });
  for (const Tensor* tensor : tensors) {
    add(tensor->name);
    add(fmt::format("{} [{}]", name(tensor->type), fmt::join(tensor->shape, ",")));
    digest.add(tensor->bytes);
  }
  return digest.hex();
}

}  // namespace

void add_digest(TensorFile& file) {
  file.metadata[kDigestKey] = digest_of(file);
}

bool has_digest(const TensorFile& file) {
  return file.metadata.contains(kDigestKey);
}

void check_digest(const TensorFile& file) {
  const auto stored = file.metadata.find(kDigestKey);
  if (stored != file.metadata.end() && stored->second != digest_of(file)) {
    throw FileError(
        "its contents do not have the SHA-256 that stands in it: it was damaged or edited after it was "
        "written; "
        "copy or train it again");
  }
}

}  // namespace plstm
