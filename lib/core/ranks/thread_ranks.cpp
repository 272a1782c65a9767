#include "plstm/core/ranks/thread_ranks.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

namespace plstm {
namespace {

// All messages of a run, under one lock: what is tested is the order of calls, not speed.
struct Post {
  struct Box {
    int group, from, to;
    auto operator<=>(const Box&) const = default;
  };

  std::mutex mutex;
  std::condition_variable changed;
  std::map<Box, std::deque<std::vector<std::byte>>> boxes;
  bool failed = false;
  std::exception_ptr first_failure;
  std::map<std::vector<int>, int> groups;  // by what made them
};

// The place of one rank in one group.
struct Place {
  std::shared_ptr<Post> post;
  int group = 0, rank = 0, size = 1;
  int machine = 0;
  int splits = 0;  // how often this group was split
};

void send(const Place& place, int to, std::span<const std::byte> bytes) {
  const std::lock_guard lock(place.post->mutex);
  place.post->boxes[{place.group, place.rank, to}].emplace_back(bytes.begin(), bytes.end());
  place.post->changed.notify_all();
}

void receive(const Place& place, int from, std::span<std::byte> bytes) {
  std::unique_lock lock(place.post->mutex);
  auto& box = place.post->boxes[{place.group, from, place.rank}];
  place.post->changed.wait(lock, [&] { return !box.empty() || place.post->failed; });
  if (box.empty()) throw Error("another rank has failed");
  const std::vector<std::byte> message = std::move(box.front());
  box.pop_front();
  if (message.size() != bytes.size()) {
    throw Error(fmt::format("rank {} sent {} bytes to rank {}, which expected {}", from, message.size(),
                            place.rank, bytes.size()));
  }
  if (!bytes.empty()) std::memcpy(bytes.data(), message.data(), bytes.size());
}

void broadcast(const Place& place, std::span<std::byte> bytes, int root) {
  if (place.rank != root) {
    receive(place, root, bytes);
    return;
  }
  for (int other = 0; other < place.size; ++other) {
    if (other != root) send(place, other, bytes);
  }
}

void gather_all(const Place& place, std::span<std::byte> bytes, std::span<const std::size_t> offsets) {
  const auto part = [&](int rank) {
    const auto at = static_cast<std::size_t>(rank);
    return bytes.subspan(offsets[at], offsets[at + 1] - offsets[at]);
  };
  for (int other = 0; other < place.size; ++other) {
    if (other != place.rank) send(place, other, part(place.rank));
  }
  for (int other = 0; other < place.size; ++other) {
    if (other != place.rank) receive(place, other, part(other));
  }
}

Ranks make_ranks(const std::shared_ptr<Place>& place);

Ranks split(Place& place, int color) {
  std::vector<int> colors(static_cast<std::size_t>(place.size));
  colors[static_cast<std::size_t>(place.rank)] = color;
  std::vector<std::size_t> offsets;
  for (int rank = 0; rank <= place.size; ++rank) {
    offsets.push_back(static_cast<std::size_t>(rank) * sizeof(int));
  }
  gather_all(place, std::as_writable_bytes(std::span(colors)), offsets);
  auto own = std::make_shared<Place>();
  own->post = place.post;
  own->machine = place.machine;
  own->size = static_cast<int>(std::ranges::count(colors, color));
  own->rank = static_cast<int>(std::count(colors.begin(), colors.begin() + place.rank, color));
  const std::lock_guard lock(place.post->mutex);
  auto& groups = place.post->groups;
  own->group =
      groups.emplace(std::vector{place.group, place.splits, color}, std::ssize(groups) + 1).first->second;
  ++place.splits;
  return make_ranks(own);
}

Ranks make_ranks(const std::shared_ptr<Place>& place) {
  auto transport = std::make_shared<RankTransport>();
  transport->rank = place->rank;
  transport->size = place->size;
  transport->machine = place->machine;
  transport->threads = std::max(1, num_threads() / place->size);
  transport->barrier = [place] {
    std::vector<std::byte> none(static_cast<std::size_t>(place->size));
    std::vector<std::size_t> offsets;
    for (std::size_t i = 0; i <= none.size(); ++i) offsets.push_back(i);
    gather_all(*place, none, offsets);
  };
  transport->broadcast = [place](std::span<std::byte> bytes, int root) { broadcast(*place, bytes, root); };
  transport->gather_all = [place](std::span<std::byte> bytes, std::span<const std::size_t> offsets) {
    gather_all(*place, bytes, offsets);
  };
  transport->exchange = [place](std::span<const RankSend> sends, std::span<const RankReceive> receives) {
    for (const RankSend& each : sends) send(*place, each.to, each.bytes);
    for (const RankReceive& each : receives) receive(*place, each.from, each.bytes);
  };
  transport->split = [place](int color) { return split(*place, color); };
  return Ranks(std::move(transport));
}

}  // namespace

void run_thread_ranks(int size, const std::function<void(const Ranks&)>& body, int ranks_of_machine) {
  if (size < 1) throw ConfigError(fmt::format("the number of ranks is {}, expected 1 or more", size));
  const auto post = std::make_shared<Post>();
  std::vector<std::thread> threads;
  for (int rank = 0; rank < size; ++rank) {
    threads.emplace_back([&, rank] {
      try {
        body(make_ranks(std::make_shared<Place>(
            Place{post, 0, rank, size, ranks_of_machine > 0 ? rank / ranks_of_machine : 0, 0})));
      } catch (...) {
        const std::lock_guard lock(post->mutex);
        if (!post->failed) post->first_failure = std::current_exception();
        post->failed = true;
        post->changed.notify_all();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (post->failed) std::rethrow_exception(post->first_failure);
}

}  // namespace plstm
