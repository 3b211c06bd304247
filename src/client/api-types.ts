// Made from the API's own description by: npx vitest run test/unit/client/api-types.test.ts -u

export interface paths {
    "/event": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell what a shopper did
         * @description Answers when the event is stored: every recommendation asked for afterwards knows it.
         */
        post: operations["recordEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell many events at once
         * @description Each event is accepted or refused by itself; the results are in order. Answers 503 only if none could be stored.
         */
        post: operations["recordEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/recommend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The next items for a session
         * @description An unknown session gets popular items. While the session store is away the answer comes from what the worker last knew of the session, or is popular items, and says "degraded": true. So does an answer that left something out to come in time. The list is shorter than k only if exclusions leave fewer items.
         */
        post: operations["recommend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/items/{item_id}/similar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Items most like one item */
        get: operations["similarItems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/popular": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The most popular items */
        get: operations["popularItems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/catalogue/categories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The categories of the catalogue, the largest first */
        get: operations["categories"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/catalogue/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search the catalogue, the most popular items first
         * @description Every word must begin a word of the name or the id. Looks through the 100,000 most popular items.
         */
        get: operations["catalogueItems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/catalogue/items/{item_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An item of the catalogue */
        get: operations["catalogueItem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A session as it is stored */
        get: operations["showSession"];
        put?: never;
        post?: never;
        /**
         * Erase a session
         * @description From the store and from all logs. Erasing a session that is not there is fine.
         */
        delete: operations["eraseSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Erase everything of a shopper
         * @description Every session that ever named the user id, as a whole: from the store and from all logs, also sessions that live no more.
         */
        delete: operations["eraseUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/inspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Why a session gets its recommendations
         * @description The answer of POST /recommend for a stored session or for the events in the request, with all it stands on: who found each candidate, every feature, and what it added to the score (exact TreeSHAP). With "without" or "add" also the answer for the changed session. Nothing is stored.
         */
        post: operations["inspect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/model/reload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look for another model now, and serve it
         * @description As the server does by itself every MODEL_POLL_SECONDS and on SIGHUP. The new model is checked, opened and warmed up beside the one in service, which stays if anything is wrong with it.
         */
        post: operations["reloadModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models there are, the newest first */
        get: operations["models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A model: settings, metrics, importances, learning curve */
        get: operations["model"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The same sessions, answered by two models
         * @description A model that is not in service is opened for it and kept for five minutes. Nothing is stored, and what is in service stays.
         */
        post: operations["compareModels"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happens on the server, once a second
         * @description Server-sent events: each "data" is a JSON object of what happened in the last second, of all workers together. Ends when the caller leaves or the server stops.
         */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process lives and reaches its session store */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether it can answer: a model is in service
         * @description Without its session store it still recommends: it is ready, and says "degraded": true with the cause.
         */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which API and which model */
        get: operations["version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prometheus metrics, over all workers */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/beacon": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell what a shopper did, from a shop's page
         * @description JSON as text/plain, the key in the body. 200 when each event is stored or refused for good; 503 when any could not be stored: send all of them again, with the same ids.
         */
        post: operations["recordPageEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description What was wrong, where, and what to do.
         * @example {
         *       "type": "urn:nextitem:error:invalid_request",
         *       "title": "The request does not match the schema",
         *       "status": 400,
         *       "code": "invalid_request",
         *       "detail": "it must be one of view, click, add_to_cart, purchase",
         *       "where": "body.event_type",
         *       "fix": "Correct the field named in \"where\"; GET /docs shows every field and its limits.",
         *       "request_id": "req-1"
         *     }
         */
        Problem: {
            /** @description A URN that ends with the code. */
            type: string;
            title: string;
            status: number;
            /** @description One of docs/errors.md: programs may rely on it. */
            code: string;
            /** @description What was wrong this time. */
            detail: string;
            /** @description The place in the request, such as body.item_id. */
            where?: string;
            /** @description What to do about it. */
            fix: string;
            /** @description The log's name for the request. */
            request_id: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    recordEvent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "session_id": "visit-1",
                 *       "item_id": "tea-pot",
                 *       "event_type": "view",
                 *       "timestamp": "2026-01-31T12:00:00Z",
                 *       "event_id": "e-1",
                 *       "metadata": {
                 *         "page": "home"
                 *       }
                 *     }
                 */
                "application/json": {
                    /** @description The visit. Any text the shop chooses; new ids start new sessions. */
                    session_id: string;
                    /** @description The shopper, where known. */
                    user_id?: string;
                    /** @description The shop's id of the item. */
                    item_id: string;
                    /**
                     * @description What the shopper did.
                     * @enum {unknown}
                     */
                    event_type: "view" | "click" | "add_to_cart" | "purchase";
                    /** @description When it happened; now if left out. */
                    timestamp?: number | string;
                    /** @description Anything; kept with the event, at most 8 KiB and 8 levels deep. */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /** @description Your id of the event: sent twice, it counts once. */
                    event_id?: string;
                    /** @description The recommendation that led here, from its answer. */
                    recommendation_id?: string;
                };
            };
        };
        responses: {
            /** @description Stored */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "success";
                        session_id: string;
                        /** @description Events of the session so far. */
                        event_count: number;
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recordEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "events": [
                 *         {
                 *           "session_id": "visit-1",
                 *           "item_id": "tea-pot",
                 *           "event_type": "view",
                 *           "timestamp": "2026-01-31T12:00:00Z",
                 *           "event_id": "e-1",
                 *           "metadata": {
                 *             "page": "home"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Events as for POST /event. */
                    events: unknown[];
                };
            };
        };
        responses: {
            /** @description What became of each event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description One per event, in order. */
                        results: {
                            /** @enum {unknown} */
                            status: "success" | "error";
                            session_id?: string;
                            event_count?: number;
                            code?: string;
                            detail?: string;
                            where?: string;
                        }[];
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recommend: {
        parameters: {
            query?: never;
            header?: {
                /** @description Milliseconds in which to answer; the default is a setting. What does not fit is left out. */
                "x-request-budget-ms"?: number;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "session_id": "visit-1",
                 *       "k": 5
                 *     }
                 */
                "application/json": {
                    /** @description The visit. Any text the shop chooses; new ids start new sessions. */
                    session_id: string;
                    /** @description The shopper, where known. */
                    user_id?: string;
                    /**
                     * @description How many items.
                     * @default 20
                     */
                    k?: number;
                    /** @description Items that must not be shown. */
                    exclude_items?: string[];
                    /** @description Whether items viewed in the session may be shown again; the default is a setting. Bought ones never are. */
                    include_viewed?: boolean;
                    /** @description The session itself, oldest first: the stored one is then not looked at, and nothing is stored. */
                    events?: {
                        /** @description The shop's id of the item. */
                        item_id: string;
                        /**
                         * @description What the shopper did.
                         * @enum {unknown}
                         */
                        event_type: "view" | "click" | "add_to_cart" | "purchase";
                        /** @description When it happened; now if left out. */
                        timestamp?: number | string;
                        /** @description Anything; kept with the event, at most 8 KiB and 8 levels deep. */
                        metadata?: {
                            [key: string]: unknown;
                        };
                        /** @description Your id of the event: sent twice, it counts once. */
                        event_id?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Best first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        session_id: string;
                        recommendations: {
                            item_id: string;
                            /** @description Falls with rank; comparable inside one answer only. */
                            score: number;
                            /**
                             * @description Why this item; always true of it.
                             * @enum {unknown}
                             */
                            reason: "continue_viewing" | "in_cart" | "similar_to_viewed" | "bought_together" | "often_next" | "shoppers_like_you" | "related_to_viewed" | "same_category" | "same_brand" | "same_seller" | "trending" | "popular" | "catalogue";
                            rank: number;
                            /** @description The session's item the reason speaks of. */
                            reason_item_id?: string;
                        }[];
                        /** @description Name it in later events that come from this answer. */
                        recommendation_id: string;
                        model_version: string;
                        /** @description Time spent on the server. */
                        latency_ms: number;
                        /**
                         * @description The answer had to do without something; degraded_reasons says what.
                         * @enum {boolean}
                         */
                        degraded?: true;
                        /** @description store_unavailable, store_slow, store_bypassed: the session store failed, was too slow, or was not asked because it failed lately. Then session_remembered: the session is what this worker last knew of it; or session_unknown: these are popular items. ranker_skipped, knn_skipped: left out because the time ran short. */
                        degraded_reasons?: ("store_unavailable" | "store_slow" | "store_bypassed" | "session_remembered" | "session_unknown" | "ranker_skipped" | "knn_skipped")[];
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    similarItems: {
        parameters: {
            query?: {
                /** @description How many items. */
                k?: number;
            };
            header?: never;
            path: {
                /** @description The shop's id of the item. */
                item_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Best first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        recommendations: {
                            item_id: string;
                            /** @description Falls with rank; comparable inside one answer only. */
                            score: number;
                            /**
                             * @description Why this item; always true of it.
                             * @enum {unknown}
                             */
                            reason: "continue_viewing" | "in_cart" | "similar_to_viewed" | "bought_together" | "often_next" | "shoppers_like_you" | "related_to_viewed" | "same_category" | "same_brand" | "same_seller" | "trending" | "popular" | "catalogue";
                            rank: number;
                        }[];
                        model_version: string;
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not known */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    popularItems: {
        parameters: {
            query?: {
                /** @description How many items. */
                k?: number;
                /** @description Only items of this category. */
                category?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Best first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        recommendations: {
                            item_id: string;
                            /** @description Falls with rank; comparable inside one answer only. */
                            score: number;
                            /**
                             * @description Why this item; always true of it.
                             * @enum {unknown}
                             */
                            reason: "continue_viewing" | "in_cart" | "similar_to_viewed" | "bought_together" | "often_next" | "shoppers_like_you" | "related_to_viewed" | "same_category" | "same_brand" | "same_seller" | "trending" | "popular" | "catalogue";
                            rank: number;
                        }[];
                        model_version: string;
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not known */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    categories: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Empty where the data names none */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        categories: {
                            /** @description As the shop calls it, for queries. */
                            name: string;
                            /** @description As people read it. */
                            label: string;
                            items: number;
                        }[];
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    catalogueItems: {
        parameters: {
            query?: {
                /** @description Words to look for. */
                q?: string;
                /** @description Only items of this category. */
                category?: string;
                limit?: number;
                /** @description These items instead, in this order; those the model does not know are left out. */
                id?: string | string[];
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of what was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            item_id: string;
                            /** @description Its title; without one, words made of what is known of it. */
                            name: string;
                            /** @description As the shop calls it, for queries. */
                            category?: string;
                            /** @description As people read it. */
                            category_label?: string;
                            brand?: string;
                            /** @description The last known one, in the shop's currency. */
                            price?: number;
                            /** @description 1 is the most popular; missing: never seen in training. */
                            popularity_rank?: number;
                        }[];
                        has_more: boolean;
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not known */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    catalogueItem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The shop's id of the item. */
                item_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the model knows of the item */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        item_id: string;
                        /** @description Its title; without one, words made of what is known of it. */
                        name: string;
                        /** @description As the shop calls it, for queries. */
                        category?: string;
                        /** @description As people read it. */
                        category_label?: string;
                        brand?: string;
                        /** @description The last known one, in the shop's currency. */
                        price?: number;
                        /** @description 1 is the most popular; missing: never seen in training. */
                        popularity_rank?: number;
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not known */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The visit. Any text the shop chooses; new ids start new sessions. */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is stored */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        session_id: string;
                        user_id?: string;
                        event_count: number;
                        events: {
                            item_id: string;
                            event_type: string;
                            /** @description Milliseconds since 1970 UTC. */
                            timestamp: number;
                            event_id?: string;
                            metadata?: {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not known */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    eraseSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The visit. Any text the shop chooses; new ids start new sessions. */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nothing of it remains */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "success";
                        /** @description Live sessions erased. */
                        sessions: number;
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    eraseUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The shopper, where known. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nothing of it remains */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "success";
                        /** @description Live sessions erased. */
                        sessions: number;
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    inspect: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "session_id": "visit-1",
                 *       "k": 5
                 *     }
                 */
                "application/json": {
                    /** @description The visit. Any text the shop chooses; new ids start new sessions. */
                    session_id?: string;
                    /** @description The session itself, oldest first, instead of a stored one. */
                    events?: {
                        /** @description The shop's id of the item. */
                        item_id: string;
                        /**
                         * @description What the shopper did.
                         * @enum {unknown}
                         */
                        event_type: "view" | "click" | "add_to_cart" | "purchase";
                        /** @description When it happened; now if left out. */
                        timestamp?: number | string;
                        /** @description Anything; kept with the event, at most 8 KiB and 8 levels deep. */
                        metadata?: {
                            [key: string]: unknown;
                        };
                        /** @description Your id of the event: sent twice, it counts once. */
                        event_id?: string;
                    }[];
                    /**
                     * @description How many items.
                     * @default 20
                     */
                    k?: number;
                    /** @description Items that must not be shown. */
                    exclude_items?: string[];
                    /** @description As for POST /recommend; the default is a setting. */
                    include_viewed?: boolean;
                    /**
                     * @description How many candidates to describe, the best ones first.
                     * @default 50
                     */
                    candidates?: number;
                    /** @description What if these events, by their place from 0, had not been? */
                    without?: number[];
                    /** @description What if these events had been too? */
                    add?: {
                        /** @description The shop's id of the item. */
                        item_id: string;
                        /**
                         * @description What the shopper did.
                         * @enum {unknown}
                         */
                        event_type: "view" | "click" | "add_to_cart" | "purchase";
                        /** @description When it happened; now if left out. */
                        timestamp?: number | string;
                        /** @description Anything; kept with the event, at most 8 KiB and 8 levels deep. */
                        metadata?: {
                            [key: string]: unknown;
                        };
                        /** @description Your id of the event: sent twice, it counts once. */
                        event_id?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description The answer, and what it stands on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        session_id: string;
                        model_version: string;
                        /** @description The columns of values and contributions; empty without a ranker. */
                        features: {
                            name: string;
                            meaning: string;
                        }[];
                        base: {
                            recommendations: {
                                item_id: string;
                                /** @description Falls with rank; comparable inside one answer only. */
                                score: number;
                                /**
                                 * @description Why this item; always true of it.
                                 * @enum {unknown}
                                 */
                                reason: "continue_viewing" | "in_cart" | "similar_to_viewed" | "bought_together" | "often_next" | "shoppers_like_you" | "related_to_viewed" | "same_category" | "same_brand" | "same_seller" | "trending" | "popular" | "catalogue";
                                rank: number;
                                /** @description The session's item the reason speaks of. */
                                reason_item_id?: string;
                            }[];
                            /** @description All there were. */
                            candidate_count: number;
                            /** @description The mean score in training: with a candidate's contributions it adds up to "score". Missing without a ranker. */
                            expected_score?: number;
                            /** @description Best first */
                            candidates: {
                                item_id: string;
                                /** @description Place among all candidates by score, 1 the best. */
                                position: number;
                                /** @description Place in the answer; missing if the item is not in it: it must not be shown, or there was no room. */
                                rank?: number;
                                /** @description The ranker's raw score; without a ranker the item-to-item score. */
                                score: number;
                                /** @description The sources that know the item. */
                                sources: {
                                    /** @enum {unknown} */
                                    source: "revisit" | "next" | "previous" | "co_session" | "bought_together" | "walk" | "slis" | "slit" | "s_walk" | "embedding" | "session_knn" | "category_popular" | "brand_popular" | "seller_popular" | "popular";
                                    /** @description Place among what the source nominated; missing if it did not. */
                                    rank?: number;
                                    /** @description Comparable inside one source only. */
                                    score: number;
                                }[];
                                /** @description What the ranker saw, by "features"; null: unknown. */
                                values: (number | null)[];
                                /** @description What each feature added to the score, by "features". */
                                contributions: number[];
                            }[];
                            /** @description What was looked at, oldest first. */
                            events: {
                                item_id: string;
                                event_type: string;
                                /** @description Milliseconds since 1970 UTC. */
                                timestamp: number;
                                event_id?: string;
                                metadata?: {
                                    [key: string]: unknown;
                                };
                            }[];
                        };
                        changed?: {
                            recommendations: {
                                item_id: string;
                                /** @description Falls with rank; comparable inside one answer only. */
                                score: number;
                                /**
                                 * @description Why this item; always true of it.
                                 * @enum {unknown}
                                 */
                                reason: "continue_viewing" | "in_cart" | "similar_to_viewed" | "bought_together" | "often_next" | "shoppers_like_you" | "related_to_viewed" | "same_category" | "same_brand" | "same_seller" | "trending" | "popular" | "catalogue";
                                rank: number;
                                /** @description The session's item the reason speaks of. */
                                reason_item_id?: string;
                            }[];
                            /** @description All there were. */
                            candidate_count: number;
                            /** @description The mean score in training: with a candidate's contributions it adds up to "score". Missing without a ranker. */
                            expected_score?: number;
                            /** @description Best first */
                            candidates: {
                                item_id: string;
                                /** @description Place among all candidates by score, 1 the best. */
                                position: number;
                                /** @description Place in the answer; missing if the item is not in it: it must not be shown, or there was no room. */
                                rank?: number;
                                /** @description The ranker's raw score; without a ranker the item-to-item score. */
                                score: number;
                                /** @description The sources that know the item. */
                                sources: {
                                    /** @enum {unknown} */
                                    source: "revisit" | "next" | "previous" | "co_session" | "bought_together" | "walk" | "slis" | "slit" | "s_walk" | "embedding" | "session_knn" | "category_popular" | "brand_popular" | "seller_popular" | "popular";
                                    /** @description Place among what the source nominated; missing if it did not. */
                                    rank?: number;
                                    /** @description Comparable inside one source only. */
                                    score: number;
                                }[];
                                /** @description What the ranker saw, by "features"; null: unknown. */
                                values: (number | null)[];
                                /** @description What each feature added to the score, by "features". */
                                contributions: number[];
                            }[];
                            /** @description What was looked at, oldest first. */
                            events: {
                                item_id: string;
                                event_type: string;
                                /** @description Milliseconds since 1970 UTC. */
                                timestamp: number;
                                event_id?: string;
                                metadata?: {
                                    [key: string]: unknown;
                                };
                            }[];
                        };
                        /** @description What the change did to the items of both answers, in the order of the changed one. */
                        moves?: {
                            item_id: string;
                            /** @description Rank without the change; missing: not shown. */
                            before?: number;
                            /** @description Rank with it; missing: not shown. */
                            after?: number;
                        }[];
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not known */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reloadModel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is in service */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description In service now, in every worker. */
                        model_version: string;
                        previous_model_version: string;
                        changed: boolean;
                        /** @description Models that were passed over, and why. */
                        warnings: string[];
                    };
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not as things are */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At most 100 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        models: {
                            model_version: string;
                            /** @description Whether it is the one in service. */
                            served: boolean;
                            /** @description RFC 3339. */
                            trained_at?: string;
                            /** @description Of all its files. */
                            bytes?: number;
                            /** @description Items, sessions, events. */
                            counts?: {
                                [key: string]: number;
                            };
                            /** @description Of the evaluation in training, such as HR@20, with their intervals; missing if there was none. */
                            metrics?: {
                                [key: string]: {
                                    mean: number;
                                    low: number;
                                    high: number;
                                };
                            };
                            /** @description Why it cannot be served. */
                            problem?: string;
                        }[];
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    model: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A version such as 20260131-120000, or latest. */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All that is known of the model */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        model_version: string;
                        /** @description Whether it is the one in service. */
                        served: boolean;
                        /** @description RFC 3339. */
                        trained_at?: string;
                        /** @description Of all its files. */
                        bytes?: number;
                        /** @description Items, sessions, events. */
                        counts?: {
                            [key: string]: number;
                        };
                        /** @description Of the evaluation in training, such as HR@20, with their intervals; missing if there was none. */
                        metrics?: {
                            [key: string]: {
                                mean: number;
                                low: number;
                                high: number;
                            };
                        };
                        /** @description Why it cannot be served. */
                        problem?: string;
                        source?: {
                            [key: string]: unknown;
                        };
                        settings?: {
                            [key: string]: unknown;
                        };
                        /** @description The reports of the evaluation in training: methods, intervals, breakdowns. */
                        evaluations: unknown[];
                        /** @description Of the ranker, the largest gain first. */
                        importances: {
                            feature: string;
                            /** @description In words, if the model in service knows the feature too. */
                            meaning?: string;
                            gain: number;
                            splits: number;
                        }[];
                        learning_curve?: {
                            best_iteration: number;
                            points: {
                                iteration: number;
                                metrics: {
                                    [key: string]: number;
                                };
                            }[];
                        };
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not known */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not as things are */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    compareModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "base": "20260101-000000",
                 *       "other": "latest",
                 *       "k": 5
                 *     }
                 */
                "application/json": {
                    /** @description A version such as 20260131-120000, or latest. */
                    base: string;
                    /** @description A version such as 20260131-120000, or latest. */
                    other: string;
                    /**
                     * @description How many items.
                     * @default 20
                     */
                    k?: number;
                    /** @description Stored sessions, or events; without any: one view of each of the 20 most popular items. */
                    sessions?: {
                        /** @description The visit. Any text the shop chooses; new ids start new sessions. */
                        session_id?: string;
                        events?: {
                            /** @description The shop's id of the item. */
                            item_id: string;
                            /**
                             * @description What the shopper did.
                             * @enum {unknown}
                             */
                            event_type: "view" | "click" | "add_to_cart" | "purchase";
                            /** @description When it happened; now if left out. */
                            timestamp?: number | string;
                            /** @description Anything; kept with the event, at most 8 KiB and 8 levels deep. */
                            metadata?: {
                                [key: string]: unknown;
                            };
                            /** @description Your id of the event: sent twice, it counts once. */
                            event_id?: string;
                        }[];
                    }[];
                };
            };
        };
        responses: {
            /** @description What both answer to the same sessions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        base: string;
                        other: string;
                        /** @description Of the evaluations in training; empty unless both were asked the same. */
                        differences: {
                            /** @description What was asked in the evaluations. */
                            task: string;
                            metric: string;
                            base: number;
                            other: number;
                            /** @description "other" less "base". */
                            difference: number;
                            /** @description Its 95 % interval, session by session: without 0 in it the difference is real. */
                            low: number;
                            high: number;
                        }[];
                        /** @description Share of items that both answers have, mean over the sessions. */
                        mean_overlap: number;
                        sessions: {
                            session_id: string;
                            /** @description Of the session, oldest first. */
                            items: string[];
                            overlap: number;
                            base: {
                                item_id: string;
                                /** @description Falls with rank; comparable inside one answer only. */
                                score: number;
                                /**
                                 * @description Why this item; always true of it.
                                 * @enum {unknown}
                                 */
                                reason: "continue_viewing" | "in_cart" | "similar_to_viewed" | "bought_together" | "often_next" | "shoppers_like_you" | "related_to_viewed" | "same_category" | "same_brand" | "same_seller" | "trending" | "popular" | "catalogue";
                                rank: number;
                                /** @description The session's item the reason speaks of. */
                                reason_item_id?: string;
                            }[];
                            other: {
                                item_id: string;
                                /** @description Falls with rank; comparable inside one answer only. */
                                score: number;
                                /**
                                 * @description Why this item; always true of it.
                                 * @enum {unknown}
                                 */
                                reason: "continue_viewing" | "in_cart" | "similar_to_viewed" | "bought_together" | "often_next" | "shoppers_like_you" | "related_to_viewed" | "same_category" | "same_brand" | "same_seller" | "trending" | "popular" | "catalogue";
                                rank: number;
                                /** @description The session's item the reason speaks of. */
                                reason_item_id?: string;
                            }[];
                        }[];
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not known */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not as things are */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                        session_store: string;
                    };
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ready";
                        model_version: string;
                        /**
                         * @description The session store is away: events are refused with 503.
                         * @enum {boolean}
                         */
                        degraded?: true;
                        /** @description What the session store said, if anything. */
                        detail?: string;
                    };
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    version: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What answers here */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        api_version: string;
                        model_version: string;
                        /** @description RFC 3339. */
                        model_trained_at: string;
                        /** @description 0: item-to-item, without a ranker. */
                        features_count: number;
                    };
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus' text format */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recordPageEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "key": "nextitem_...",
                 *       "events": [
                 *         {
                 *           "session_id": "visit-1",
                 *           "item_id": "tea-pot",
                 *           "event_type": "view",
                 *           "event_id": "e-1",
                 *           "age_ms": 40
                 *         }
                 *       ]
                 *     }
                 */
                "text/plain": {
                    /** @description A key of the scope ingest, bound to the origin of the page. */
                    key?: string;
                    /** @description Events as for POST /event, with event_id, and with age_ms in place of timestamp. */
                    events: unknown[];
                };
                /**
                 * @example {
                 *       "key": "nextitem_...",
                 *       "events": [
                 *         {
                 *           "session_id": "visit-1",
                 *           "item_id": "tea-pot",
                 *           "event_type": "view",
                 *           "event_id": "e-1",
                 *           "age_ms": 40
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description A key of the scope ingest, bound to the origin of the page. */
                    key?: string;
                    /** @description Events as for POST /event, with event_id, and with age_ms in place of timestamp. */
                    events: unknown[];
                };
            };
        };
        responses: {
            /** @description Every event is stored or refused for good */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many are stored now, those that were already included. */
                        stored: number;
                        /** @description Wrong, and no better if sent again. */
                        refused: {
                            code: string;
                            detail: string;
                            where?: string;
                        }[];
                    };
                };
            };
            /** @description Something in the request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Needs an API key, or the one sent is not known */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed with this API key, or not on this server */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description More than the rate limit; try again after the seconds in Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now; try again after the seconds in Retry-After */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
