//! What one layer of memory says of a context, from the longest match down.

use std::sync::Arc;

use crate::contexts::{Near, NearPart};
use crate::cursor::Cursor;
use crate::prefix::Prefix;
use crate::segment::{Histogram, Segment};

/// A set of documents: indexes whose counts add up, or are taken away; and those of
/// them that are near.
#[derive(Clone, Default)]
pub struct Layer {
    pub(crate) parts: Vec<(Arc<Segment>, i32)>,
    /// Nearest last.
    pub(crate) near: Vec<NearPart>,
}

impl Layer {
    /// Nothing remembered.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the documents of `segment`.
    pub fn with(mut self, segment: Arc<Segment>) -> Self {
        self.parts.push((segment, 1));
        self
    }

    /// Looks in `near` too, but for the texts of these numbers. They are nearer than
    /// what is looked in by now.
    pub fn looking_in(mut self, near: Arc<Near>, without: impl IntoIterator<Item = usize>) -> Self {
        let masked = without.into_iter().map(|index| near.range(index));
        let mut masked: Vec<_> = masked.collect();
        masked.sort_by_key(|range| range.start);
        self.near.push(NearPart {
            masked: masked.into(),
            near,
        });
        self
    }

    /// Adds all that `other` has, which is nearer.
    pub fn and(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self.near.extend(other.near);
        self
    }

    /// Takes away documents that an index added before holds.
    pub fn without(mut self, segment: Arc<Segment>) -> Self {
        self.parts.push((segment, -1));
        self
    }
}

/// Places in all parts of a layer.
#[derive(Clone, Default)]
pub(crate) struct LayerCursor {
    cursors: Vec<Cursor>,
}

impl LayerCursor {
    pub(crate) fn push(&mut self, layer: &Layer, byte: u8) {
        self.cursors.resize_with(layer.parts.len(), Cursor::default);
        for (cursor, (segment, _)) in self.cursors.iter_mut().zip(&layer.parts) {
            cursor.push(segment, byte);
        }
    }

    /// The longest context below `below` for which the rows of a part change.
    pub(crate) fn next_order(&self, below: usize) -> usize {
        let orders = self.cursors.iter().filter_map(|cursor| {
            let mut matches = cursor.matches().iter();
            matches.find(|m| m.order < below).map(|m| m.order)
        });
        orders.max().unwrap_or(0)
    }

    /// Adds what followed the last `order` bytes.
    pub(crate) fn count(&self, layer: &Layer, order: usize, counts: &mut Histogram) {
        for (cursor, (segment, sign)) in self.cursors.iter().zip(&layer.parts) {
            let rows = cursor.matches().iter().rev().find(|m| m.order >= order);
            if let Some(found) = rows {
                segment.count(&found.rows, *sign, counts);
            }
        }
    }
}

/// A place in the text before the cursor.
#[derive(Clone, Default)]
pub(crate) struct PrefixCursor {
    cursor: Cursor,
    /// Fresh places, as [`Prefix::fresh_places`] gives them.
    places: Vec<(usize, u8)>,
}

impl PrefixCursor {
    pub(crate) fn push(&mut self, prefix: &Prefix, byte: u8) {
        self.cursor.push(prefix.indexed(), byte);
    }

    /// Looks the whole context up among what is not indexed yet.
    pub(crate) fn look(&mut self, prefix: &Prefix, context: &[u8]) {
        prefix.fresh_places(context, &mut self.places);
    }

    pub(crate) fn next_order(&self, below: usize) -> usize {
        let indexed = self.cursor.matches().iter().find(|m| m.order < below);
        let fresh = self.places.iter().find(|place| place.0 < below);
        let indexed = indexed.map_or(0, |m| m.order);
        indexed.max(fresh.map_or(0, |place| place.0))
    }

    pub(crate) fn count(&self, prefix: &Prefix, order: usize, counts: &mut Histogram) {
        let rows = self
            .cursor
            .matches()
            .iter()
            .rev()
            .find(|m| m.order >= order);
        if let Some(found) = rows {
            prefix.indexed().count(&found.rows, 1, counts);
        }
        for &(_, byte) in self.places.iter().take_while(|place| place.0 >= order) {
            counts.add(byte, 1);
        }
    }
}
