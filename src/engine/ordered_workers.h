// SPDX-License-Identifier: Apache-2.0
// OrderedWorkers: work spread over threads whose results come out in the order the work went in. submit() is called by one
// thread and waits while too much is under way, so memory stays bounded; `collect` is called by one thread at a time, in order,
// never by two at once. With one thread everything happens inside submit(). finish() waits for the rest.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace bartizan {

template <class Item, class Result>
class OrderedWorkers {
 public:
  using Work = std::function<Result(std::size_t worker, Item& item)>;
  using Collect = std::function<void(Result&& result)>;

  OrderedWorkers(std::size_t threads, Work work, Collect collect)
      : work_(std::move(work)), collect_(std::move(collect)) {
    if (threads < 2) return;
    under_way_max_ = threads * 4;
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { run(i); });
  }
  ~OrderedWorkers() { finish(); }
  OrderedWorkers(const OrderedWorkers&) = delete;
  OrderedWorkers& operator=(const OrderedWorkers&) = delete;

  // With several threads the item is moved away; with one it stays with the caller.
  void submit(Item& item) {
    if (threads_.empty()) return collect_(work_(0, item));
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return submitted_ - collected_ < under_way_max_; });
    waiting_.emplace_back(submitted_++, std::move(item));
    lock.unlock();
    work_there_.notify_one();
  }

  void finish() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    work_there_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  void run(std::size_t worker) {
    for (;;) {
      std::unique_lock lock(mutex_);
      work_there_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      auto [number, item] = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      Result result = work_(worker, item);
      lock.lock();
      done_.emplace(number, std::move(result));
      hand_over(lock);
    }
  }

  // Whoever completes the next result in order hands it over, and those that wait behind it.
  void hand_over(std::unique_lock<std::mutex>& lock) {
    if (handing_over_) return;
    handing_over_ = true;
    while (!done_.empty() && done_.begin()->first == collected_) {
      Result result = std::move(done_.begin()->second);
      done_.erase(done_.begin());
      lock.unlock();
      collect_(std::move(result));
      lock.lock();
      ++collected_;
      room_.notify_one();
    }
    handing_over_ = false;
  }

  Work work_;
  Collect collect_;
  std::mutex mutex_;
  std::condition_variable work_there_, room_;
  std::deque<std::pair<std::uint64_t, Item>> waiting_;
  std::map<std::uint64_t, Result> done_;
  std::uint64_t submitted_ = 0, collected_ = 0;
  std::size_t under_way_max_ = 0;
  bool closed_ = false, handing_over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace bartizan
