#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace plstm {

/// Bytes for another rank.
struct RankSend {
  int to = 0;
  std::span<const std::byte> bytes;
};

/// Bytes from another rank, which sends exactly as many.
struct RankReceive {
  int from = 0;
  std::span<std::byte> bytes;
};

struct RankTransport;

/// The ranks that compute one thing together: processes under MPI (plstm/mpi/mpi_ranks.hpp), threads in tests
/// (thread_ranks.hpp), or, by default, this process alone. Each rank runs the same code on the same data and does its
/// part of the work; results do not depend on the number of ranks.
///
/// A value: copies stand for the same ranks. All functions but the first five are collective: every rank calls them in
/// the same order, one thread of a rank at a time. A call waits for the ranks that it needs. Where a rank has failed,
/// the others wait until the launcher ends them (MPI), or get an Error (threads).
class Ranks {
 public:
  /// One rank.
  Ranks() = default;
  explicit Ranks(std::shared_ptr<const RankTransport> transport);

  int rank() const noexcept;  ///< 0 .. size() - 1
  int size() const noexcept;
  /// Of rank 0, which alone writes files and talks to the user.
  bool is_first() const noexcept { return rank() == 0; }
  /// A number that ranks on the same machine share.
  int machine() const noexcept;
  /// How many threads each rank should use where the user has not decided, for ThreadLimit; 0: all cores.
  int threads() const noexcept;

  void barrier() const;
  /// All ranks get the bytes of `root`. Every rank brings as many.
  void broadcast(std::span<std::byte> bytes, int root = 0) const;
  /// Rank r has bytes offsets[r] .. offsets[r + 1] - 1, and gets the others. Every rank brings the same offsets.
  void gather_all(std::span<std::byte> bytes, std::span<const std::size_t> offsets) const;
  /// Messages between pairs; those from one rank to another arrive in the order of the lists.
  void exchange(std::span<const RankSend> sends, std::span<const RankReceive> receives) const;
  /// Ranks of equal color, in their order, get a Ranks of their own.
  Ranks split(int color) const;

  /// Whether any rank says so.
  bool any(bool here) const;
  /// One value of each rank, in their order.
  std::vector<std::uint64_t> gather(std::uint64_t here) const;

  template <class T>
  requires std::is_trivially_copyable_v<T>
  void broadcast_values(std::span<T> values, int root = 0) const {
    broadcast(std::as_writable_bytes(values), root);
  }
  /// The others take the length, too.
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void broadcast(std::vector<T>& values, int root = 0) const {
    std::uint64_t length = values.size();
    broadcast_values(std::span(&length, 1), root);
    values.resize(static_cast<std::size_t>(length));
    broadcast_values(std::span<T>(values), root);
  }
  void broadcast(std::string& text, int root = 0) const;

  /// offsets[r] values are those before rank r.
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void gather_all_values(std::span<T> values, std::span<const std::size_t> offsets) const {
    std::vector<std::size_t> in_bytes(offsets.begin(), offsets.end());
    for (std::size_t& offset : in_bytes) offset *= sizeof(T);
    gather_all(std::as_writable_bytes(values), in_bytes);
  }

 private:
  std::shared_ptr<const RankTransport> transport_;  // null: one rank
};

/// What carries the messages of several ranks, as Ranks documents it. Another kind of network fills one of these.
struct RankTransport {
  int rank = 0, size = 1;
  int machine = 0, threads = 0;
  std::function<void()> barrier;
  std::function<void(std::span<std::byte>, int root)> broadcast;
  std::function<void(std::span<std::byte>, std::span<const std::size_t>)> gather_all;
  std::function<void(std::span<const RankSend>, std::span<const RankReceive>)> exchange;
  std::function<Ranks(int color)> split;
};

/// Equal shares of `count` items in their order: rank r has items share(count, r, size) .. share(count, r + 1, size) - 1.
constexpr std::size_t rank_share(std::size_t count, int rank, int size) {
  return count * static_cast<std::size_t>(rank) / static_cast<std::size_t>(size);
}
/// All of them, [size + 1].
std::vector<std::size_t> rank_shares(std::size_t count, int size);

}  // namespace plstm
