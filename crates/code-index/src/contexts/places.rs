//! Places that a context leads to, and what followed there.

/// The latest places that are looked at.
pub(crate) const LOOKED: usize = 16;

/// Places in a text, latest first.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Places {
    places: [u32; LOOKED],
    count: u8,
}

impl Places {
    pub(crate) fn clear(&mut self) {
        self.count = 0;
    }

    /// Adds a place after those that are later. False if there is no more room.
    pub(crate) fn add(&mut self, place: u32) -> bool {
        if let Some(slot) = self.places.get_mut(usize::from(self.count)) {
            *slot = place;
            self.count += 1;
        }
        usize::from(self.count) < LOOKED
    }

    pub(crate) fn each(&self) -> &[u32] {
        &self.places[..usize::from(self.count)]
    }

    /// Leaves those for which `keep` holds.
    pub(crate) fn retain(&mut self, keep: impl Fn(u32) -> bool) {
        let mut kept = 0;
        for at in 0..usize::from(self.count) {
            if keep(self.places[at]) {
                self.places[kept] = self.places[at];
                kept += 1;
            }
        }
        self.count = kept as u8;
    }
}
