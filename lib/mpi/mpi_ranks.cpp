#include "plstm/mpi/mpi_ranks.hpp"

#include <algorithm>
#include <chrono>
#include <climits>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <mpi.h>
#include <sched.h>
#include <unistd.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

// MPI counts in int.
constexpr std::size_t kMost = std::size_t{1} << 30;

void check(int code, const char* what) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING + 1] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Error(fmt::format("MPI: {} failed: {}", what, text));
}

// Frees a communicator of split(), unless MPI has ended before.
struct Communicator {
  explicit Communicator(MPI_Comm communicator, bool is_owned) : handle(communicator), owned(is_owned) {
    MPI_Comm_set_errhandler(handle, MPI_ERRORS_RETURN);
  }
  ~Communicator() {
    int ended = 0;
    MPI_Finalized(&ended);
    if (owned && ended == 0) MPI_Comm_free(&handle);
  }
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  MPI_Comm handle;
  bool owned;
};

void broadcast(MPI_Comm comm, std::span<std::byte> bytes, int root) {
  for (std::size_t begin = 0; begin < bytes.size(); begin += kMost) {
    const auto part = bytes.subspan(begin, std::min(kMost, bytes.size() - begin));
    check(MPI_Bcast(part.data(), static_cast<int>(part.size()), MPI_BYTE, root, comm), "a broadcast");
  }
}

void gather_all(MPI_Comm comm, std::span<std::byte> bytes, std::span<const std::size_t> offsets) {
  const std::size_t ranks = offsets.size() - 1;
  if (bytes.size() > static_cast<std::size_t>(INT_MAX)) {
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      broadcast(comm, bytes.subspan(offsets[rank], offsets[rank + 1] - offsets[rank]),
                static_cast<int>(rank));
    }
    return;
  }
  std::vector<int> counts, places;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    places.push_back(static_cast<int>(offsets[rank]));
    counts.push_back(static_cast<int>(offsets[rank + 1] - offsets[rank]));
  }
  check(MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, bytes.data(), counts.data(), places.data(),
                       MPI_BYTE, comm),
        "a gathering");
}

void exchange(MPI_Comm comm, std::span<const RankSend> sends, std::span<const RankReceive> receives) {
  std::vector<MPI_Request> requests;
  const auto in_parts = [&](std::size_t size, const auto& start) {
    for (std::size_t begin = 0; begin < size; begin += kMost) {
      MPI_Request request = MPI_REQUEST_NULL;
      check(start(begin, static_cast<int>(std::min(kMost, size - begin)), &request), "a message");
      requests.push_back(request);
    }
  };
  for (const RankReceive& each : receives) {
    in_parts(each.bytes.size(), [&](std::size_t begin, int count, MPI_Request* request) {
      return MPI_Irecv(each.bytes.data() + begin, count, MPI_BYTE, each.from, 0, comm, request);
    });
  }
  for (const RankSend& each : sends) {
    in_parts(each.bytes.size(), [&](std::size_t begin, int count, MPI_Request* request) {
      return MPI_Isend(each.bytes.data() + begin, count, MPI_BYTE, each.to, 0, comm, request);
    });
  }
  check(MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE), "a message");
}

// What the launcher has bound this process to, or its share of the machine where it was bound to nothing.
int threads_of_rank(int ranks_here) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const auto all = static_cast<int>(std::thread::hardware_concurrency());
  const int bound = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : all;
  const auto online = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  return std::max(1, bound < online ? bound : all / ranks_here);
}

Ranks make_ranks(const std::shared_ptr<Communicator>& communicator, int machine, int threads) {
  auto transport = std::make_shared<RankTransport>();
  transport->machine = machine;
  transport->threads = threads;
  MPI_Comm_rank(communicator->handle, &transport->rank);
  MPI_Comm_size(communicator->handle, &transport->size);
  transport->barrier = [communicator] { check(MPI_Barrier(communicator->handle), "a barrier"); };
  transport->broadcast = [communicator](std::span<std::byte> bytes, int root) {
    broadcast(communicator->handle, bytes, root);
  };
  transport->gather_all = [communicator](std::span<std::byte> bytes, std::span<const std::size_t> offsets) {
    gather_all(communicator->handle, bytes, offsets);
  };
  transport->exchange = [communicator](std::span<const RankSend> sends,
                                       std::span<const RankReceive> receives) {
    exchange(communicator->handle, sends, receives);
  };
  const int rank = transport->rank;
  transport->split = [communicator, rank, machine, threads](int color) {
    MPI_Comm part = MPI_COMM_NULL;
    check(MPI_Comm_split(communicator->handle, color, rank, &part), "a division of the ranks");
    return make_ranks(std::make_shared<Communicator>(part, true), machine, threads);
  };
  return Ranks(std::move(transport));
}

}  // namespace

struct MpiSession::Impl {
  Ranks ranks;
  MPI_Comm of_ends = MPI_COMM_NULL;
};

MpiSession::MpiSession() : impl_(std::make_unique<Impl>()) {
  int started = 0;
  MPI_Initialized(&started);
  if (started != 0) throw Error("MPI is in use already; make one MpiSession in a process");
  int provided = MPI_THREAD_SINGLE;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS ||
      provided < MPI_THREAD_SERIALIZED) {
    throw Error("MPI cannot be started for a program with threads");
  }
  check(MPI_Comm_dup(MPI_COMM_WORLD, &impl_->of_ends), "a communicator");
  MPI_Comm here = MPI_COMM_NULL;
  check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here), "a communicator");
  int ranks_here = 1;
  MPI_Comm_size(here, &ranks_here);
  int machine = 0;  // the number of its first rank
  MPI_Comm_rank(MPI_COMM_WORLD, &machine);
  MPI_Bcast(&machine, 1, MPI_INT, 0, here);
  MPI_Comm_free(&here);
  const auto world = std::make_shared<Communicator>(MPI_COMM_WORLD, false);
  impl_->ranks = make_ranks(world, machine, threads_of_rank(ranks_here));
}

MpiSession::~MpiSession() {
  impl_->ranks = {};
  MPI_Finalize();
}

const Ranks& MpiSession::ranks() const noexcept {
  return impl_->ranks;
}

bool MpiSession::all_have_ended(double seconds) const {
  MPI_Request request = MPI_REQUEST_NULL;
  if (MPI_Ibarrier(impl_->of_ends, &request) != MPI_SUCCESS) return false;
  const auto start = std::chrono::steady_clock::now();
  int here = 0;
  while (here == 0 &&
         std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds) {
    if (MPI_Test(&request, &here, MPI_STATUS_IGNORE) != MPI_SUCCESS) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return here != 0;
}

void MpiSession::end_all(int code) const {
  MPI_Abort(MPI_COMM_WORLD, code);
  throw Error("MPI did not end the process");  // which the standard of MPI rules out
}

}  // namespace plstm
