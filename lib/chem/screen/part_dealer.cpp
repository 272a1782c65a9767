#include "plstm/chem/screen/part_dealer.hpp"

#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>

#include "chem/screen/rank_manifests.hpp"

namespace plstm {
namespace {

namespace fs = std::filesystem;

// True if it was not there.
bool make_folder(const fs::path& path) {
  std::error_code error;
  const bool made = fs::create_directory(path, error);
  if (error) throw FileError(fmt::format("{}: cannot be made ({})", path.string(), error.message()));
  return made;
}

}  // namespace

PartDealer::PartDealer(const Ranks& ranks, ScreenFolder* folder, fs::path path, ScreenManifest wanted)
    : ranks_(ranks), folder_(folder), place_(rank_folder(path)), own_(std::move(wanted)) {
  if (folder_ != nullptr) pending_ = folder_->pending();
  ranks_.broadcast(pending_);
  if (ranks_.size() == 1) return;
  if (folder_ != nullptr) {
    remove_rank_manifests(path);
    make_folder(place_);
  }
  ranks_.barrier();
}

std::optional<std::int64_t> PartDealer::next() {
  while (at_ < pending_.size()) {
    const std::int64_t part = pending_[at_++];
    if (ranks_.size() == 1 || make_folder(place_ / fmt::format("taken_{}", part))) return part;
  }
  return {};
}

void PartDealer::done(const ScreenPartRecord& part) {
  if (folder_ != nullptr) {
    folder_->add(part);
    return;
  }
  own_.parts.push_back(part);  // taken in ascending order
  AtomicFile file(place_ / fmt::format("rank_{}.json", ranks_.rank()));
  file.stream() << screen_manifest_json(own_);
  file.commit();
}

void PartDealer::collect() {
  ranks_.barrier();
  if (folder_ == nullptr || ranks_.size() == 1) return;
  for (const ScreenManifest& theirs : rank_manifests_in(folder_->path())) {
    for (const ScreenPartRecord& part : theirs.parts) folder_->add(part);
  }
  remove_rank_manifests(folder_->path());
}

}  // namespace plstm
