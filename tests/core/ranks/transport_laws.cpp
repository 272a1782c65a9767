#include "core/ranks/transport_laws.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace plstm::test {
namespace {

void expect(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

// A number that tells sender, receiver and place in a message.
std::uint32_t mark(int from, int to, std::size_t at) {
  return static_cast<std::uint32_t>(from) * 1000003U + static_cast<std::uint32_t>(to) * 10007U +
         static_cast<std::uint32_t>(at);
}

void check_broadcast(const Ranks& ranks) {
  for (int root = 0; root < ranks.size(); ++root) {
    std::vector<std::uint32_t> values;
    const std::size_t length = 5 + static_cast<std::size_t>(root) * 1000;
    for (std::size_t i = 0; ranks.rank() == root && i < length; ++i) values.push_back(mark(root, 0, i));
    ranks.broadcast(values, root);
    expect(values.size() == length && values.back() == mark(root, 0, length - 1), "broadcast of a vector");
    std::string text = ranks.rank() == root ? "the words of rank " + std::to_string(root) : "";
    ranks.broadcast(text, root);
    expect(text == "the words of rank " + std::to_string(root), "broadcast of a text");
  }
}

// Some ranks have nothing.
void check_gather_all(const Ranks& ranks) {
  std::vector<std::size_t> offsets{0};
  for (int rank = 0; rank < ranks.size(); ++rank) {
    offsets.push_back(offsets.back() + static_cast<std::size_t>(rank % 3) * 700);
  }
  std::vector<std::uint32_t> values(offsets.back());
  const auto own = static_cast<std::size_t>(ranks.rank());
  for (std::size_t i = offsets[own]; i < offsets[own + 1]; ++i) values[i] = mark(ranks.rank(), 0, i);
  ranks.gather_all_values(std::span(values), std::span<const std::size_t>(offsets));
  for (int rank = 0; rank < ranks.size(); ++rank) {
    const auto at = static_cast<std::size_t>(rank);
    for (std::size_t i = offsets[at]; i < offsets[at + 1]; ++i) {
      expect(values[i] == mark(rank, 0, i), "gather_all");
    }
  }
  const std::vector<std::uint64_t> numbers = ranks.gather(own * own);
  for (std::size_t i = 0; i < numbers.size(); ++i) expect(numbers[i] == i * i, "gather");
  expect(ranks.any(ranks.rank() == ranks.size() - 1), "any of one");
  expect(!ranks.any(false), "any of none");
}

// Two messages for every other rank, the second one long, and all ranks at once.
void check_exchange(const Ranks& ranks) {
  constexpr std::size_t kShort = 3;
  constexpr std::size_t kLong = 100'000;
  const auto size = static_cast<std::size_t>(ranks.size());
  std::vector<std::vector<std::uint32_t>> out(2 * size), in(2 * size);
  std::vector<RankSend> sends;
  std::vector<RankReceive> receives;
  for (int other = 0; other < ranks.size(); ++other) {
    if (other == ranks.rank()) continue;
    for (const std::size_t which : {0U, 1U}) {
      const std::size_t at = 2 * static_cast<std::size_t>(other) + which;
      const std::size_t length = which == 0 ? kShort : kLong;
      for (std::size_t i = 0; i < length; ++i) out[at].push_back(mark(ranks.rank(), other, i + which));
      in[at].resize(length);
      sends.push_back({other, std::as_bytes(std::span(out[at]))});
      receives.push_back({other, std::as_writable_bytes(std::span(in[at]))});
    }
  }
  ranks.exchange(sends, receives);
  for (int other = 0; other < ranks.size(); ++other) {
    if (other == ranks.rank()) continue;
    for (const std::size_t which : {0U, 1U}) {
      const auto& message = in[2 * static_cast<std::size_t>(other) + which];
      for (std::size_t i = 0; i < message.size(); ++i) {
        expect(message[i] == mark(other, ranks.rank(), i + which), "exchange");
      }
    }
  }
}

void check_split(const Ranks& ranks) {
  const int color = ranks.rank() % 2;
  const Ranks half = ranks.split(color);
  expect(half.size() == (ranks.size() + 1 - color) / 2, "size after a split");
  expect(half.rank() == ranks.rank() / 2, "order after a split");
  const std::vector<std::uint64_t> members = half.gather(static_cast<std::uint64_t>(ranks.rank()));
  for (std::size_t i = 0; i < members.size(); ++i) {
    expect(members[i] == 2 * i + static_cast<std::size_t>(color), "members after a split");
  }
  const Ranks single = half.split(half.rank());
  expect(single.size() == 1 && single.rank() == 0, "a rank of its own");
  single.barrier();
}

}  // namespace

void check_transport(const Ranks& ranks) {
  check_broadcast(ranks);
  check_gather_all(ranks);
  check_exchange(ranks);
  check_split(ranks);
  ranks.barrier();
}

}  // namespace plstm::test
