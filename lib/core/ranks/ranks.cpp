#include "plstm/core/ranks/ranks.hpp"

#include <algorithm>
#include <utility>

namespace plstm {

Ranks::Ranks(std::shared_ptr<const RankTransport> transport) : transport_(std::move(transport)) {}

int Ranks::rank() const noexcept {
  return transport_ == nullptr ? 0 : transport_->rank;
}

int Ranks::size() const noexcept {
  return transport_ == nullptr ? 1 : transport_->size;
}

int Ranks::machine() const noexcept {
  return transport_ == nullptr ? 0 : transport_->machine;
}

int Ranks::threads() const noexcept {
  return transport_ == nullptr ? 0 : transport_->threads;
}

void Ranks::barrier() const {
  if (size() > 1) transport_->barrier();
}

void Ranks::broadcast(std::span<std::byte> bytes, int root) const {
  if (size() > 1 && !bytes.empty()) transport_->broadcast(bytes, root);
}

void Ranks::gather_all(std::span<std::byte> bytes, std::span<const std::size_t> offsets) const {
  if (size() > 1 && !bytes.empty()) transport_->gather_all(bytes, offsets);
}

void Ranks::exchange(std::span<const RankSend> sends, std::span<const RankReceive> receives) const {
  if (size() > 1) transport_->exchange(sends, receives);
}

Ranks Ranks::split(int color) const {
  return size() > 1 ? transport_->split(color) : *this;
}

bool Ranks::any(bool here) const {
  if (size() == 1) return here;
  const std::vector<std::uint64_t> all = gather(here ? 1 : 0);
  return std::ranges::any_of(all, [](std::uint64_t value) { return value != 0; });
}

std::vector<std::uint64_t> Ranks::gather(std::uint64_t here) const {
  std::vector<std::uint64_t> all(static_cast<std::size_t>(size()));
  all[static_cast<std::size_t>(rank())] = here;
  gather_all_values(std::span(all), rank_shares(all.size(), size()));
  return all;
}

void Ranks::broadcast(std::string& text, int root) const {
  std::vector<char> characters(text.begin(), text.end());
  broadcast(characters, root);
  text.assign(characters.begin(), characters.end());
}

std::vector<std::size_t> rank_shares(std::size_t count, int size) {
  std::vector<std::size_t> offsets;
  for (int rank = 0; rank <= size; ++rank) offsets.push_back(rank_share(count, rank, size));
  return offsets;
}

}  // namespace plstm
