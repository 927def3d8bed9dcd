export type { Labels, Locale } from './component/labels.js'
export { SyncProducts, type SyncProductsProps } from './component/SyncProducts.js'
export * from './core/index.js'
export * from './hooks/index.js'
